import { type FederationGraph, imports, refuse } from '../suite.ts';

export const graph: FederationGraph = {
  about: 'where null may stand, and how far it reaches where it may not',
  subgraphs: {
    a: {
      sdl: `${imports('@key')}
        type Query { maybe: Box sure: Box! boxes: [Box!] loose: [Box] grid: [[Cell!]]! nothing: String list: [Int!] }
        type Box @key(fields: "id") { id: ID! tag: String }
        type Cell @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          maybe: () => ({ id: 'none' }),
          sure: () => ({ id: 'none' }),
          boxes: () => [{ id: 'ok' }, { id: 'none' }],
          loose: () => [{ id: 'ok' }, null, { id: 'none' }],
          grid: () => [[{ id: 'ok' }], null, [{ id: 'ok' }, { id: 'none' }]],
          nothing: () => null,
          list: () => null,
        },
      },
    },
    b: {
      sdl: `${imports('@key')}
        type Box @key(fields: "id") { id: ID! needed: Int! wanted: Int }
        type Cell @key(fields: "id") { id: ID! needed: Int! }`,
      resolvers: {
        Box: {
          needed: ({ id }: { id: string }) => (id === 'ok' ? 1 : refuse('GONE', 'Gone.')),
          wanted: ({ id }: { id: string }) => (id === 'ok' ? 2 : null),
        },
        Cell: { needed: ({ id }: { id: string }) => (id === 'ok' ? 1 : refuse('GONE', 'Gone.')) },
      },
    },
  },
};
