import { type FederationGraph, imports } from '../suite.ts';

const echo = (_: unknown, { input }: { input: unknown }) => JSON.stringify(input);

export const graph: FederationGraph = {
  about: 'input objects, enums, lists, defaults and custom scalars on their way to services',
  subgraphs: {
    a: {
      sdl: `${imports('@key', '@shareable')}
        scalar Json
        type Query { echo(input: Filter!): String! json(input: Json): Json list(of: [[Int!]!]): [[Int!]!] page: Page }
        input Filter { text: String = "none" kind: Kind! = SMALL ids: [ID!] nested: Filter size: Float flag: Boolean }
        enum Kind { SMALL LARGE }
        type Page @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          echo,
          json: (_: unknown, { input }: { input: unknown }) => input,
          list: (_: unknown, { of }: { of: unknown }) => of,
          page: () => ({ id: 'x' }),
        },
      },
    },
    b: {
      sdl: `${imports('@key', '@shareable')}
        type Page @key(fields: "id") { id: ID! find(input: Filter!): String! }
        input Filter { text: String = "none" kind: Kind! = SMALL ids: [ID!] nested: Filter size: Float flag: Boolean }
        enum Kind { SMALL LARGE }`,
      resolvers: { Page: { find: echo } },
    },
  },
};
