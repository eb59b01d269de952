import { byKey, type FederationGraph, imports } from '../suite.ts';

const rows = [
  { id: 'r1', code: 'c1', text: 'one' },
  { id: 'r2', code: null, text: 'two' },
];

export const graph: FederationGraph = {
  about: 'keys that are null, and entities that come without one',
  subgraphs: {
    list: {
      sdl: `${imports('@key')}
        type Query { rows: [Row] row(id: ID!): Row }
        type Row @key(fields: "id") @key(fields: "code") { id: ID! code: String }`,
      resolvers: {
        Query: {
          rows: () => [rows[0], null, rows[1]],
          row: (_: unknown, { id }: { id: string }) => byKey(rows, 'id')({ id }),
        },
        Row: { __resolveReference: byKey(rows, 'id') },
      },
    },
    texts: {
      sdl: `${imports('@key')}
        type Row @key(fields: "code") { code: String text: String }`,
      resolvers: {
        Row: {
          __resolveReference: ({ code }: { code: string | null }) =>
            code === null ? null : byKey(rows, 'code')({ code }),
        },
      },
    },
  },
};
