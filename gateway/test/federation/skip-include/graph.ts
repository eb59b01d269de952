import { type FederationGraph, imports } from '../suite.ts';

export const graph: FederationGraph = {
  about: '@skip and @include, on fields and fragments, in one service and across several',
  subgraphs: {
    a: {
      sdl: `${imports('@key')}
        type Query { thing: Thing count: Int! }
        type Thing @key(fields: "id") { id: ID! a: String! }`,
      resolvers: { Query: { thing: () => ({ id: '1', a: 'A' }), count: () => 3 } },
    },
    b: {
      sdl: `${imports('@key')}
        type Query { other: Int! }
        type Thing @key(fields: "id") { id: ID! b: String! deep: Deep! }
        type Deep { x: Int! y: Int! }`,
      resolvers: { Query: { other: () => 4 }, Thing: { b: () => 'B', deep: () => ({ x: 1, y: 2 }) } },
    },
  },
};
