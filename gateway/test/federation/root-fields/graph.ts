import { type FederationGraph, imports } from '../suite.ts';

export const graph: FederationGraph = {
  about: 'root fields of several services in one operation',
  subgraphs: {
    a: {
      sdl: `${imports('@shareable')} type Query { a(n: Int): Int! deep: Deep } type Deep { query: Query! value: Int! }`,
      resolvers: {
        Query: { a: (_: unknown, { n }: { n?: number }) => n ?? 1, deep: () => ({ query: {}, value: 1 }) },
      },
    },
    b: {
      sdl: `${imports('@shareable')} type Query { b: Int! both: String! @shareable }`,
      resolvers: { Query: { b: () => 2, both: () => 'same' } },
    },
    c: {
      sdl: `${imports('@shareable')} type Query { c: [Int!]! both: String! @shareable }`,
      resolvers: { Query: { c: () => [3, 4], both: () => 'same' } },
    },
  },
};
