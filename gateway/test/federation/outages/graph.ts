import { type FederationGraph, imports } from '../suite.ts';

export const graph: FederationGraph = {
  about: 'services that do not answer: what is missing is said, everything else is there',
  subgraphs: {
    shop: {
      sdl: `${imports('@key')}
        type Query { products: [Product!]! shop: String! }
        type Product @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: { products: () => ['1', '2'].map((id) => ({ id, name: `n${id}` })), shop: () => 'open' },
      },
    },
    stock: {
      sdl: `${imports('@key')}
        type Query { stores: [String!] total: Int! }
        type Product @key(fields: "id") { id: ID! stock: Int }`,
      resolvers: { Query: { stores: () => ['north'], total: () => 7 }, Product: { stock: () => 3 } },
    },
    ratings: {
      sdl: `${imports('@key')}
        type Product @key(fields: "id") { id: ID! rating: Float }`,
      resolvers: { Product: { rating: () => 4.5 } },
    },
  },
};
