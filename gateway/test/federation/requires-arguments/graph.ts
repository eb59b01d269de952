import { byKey, type FederationGraph, imports } from '../suite.ts';

const products = [
  { id: 'p1', usd: 100 },
  { id: 'p2', usd: 200 },
];
const rates: Readonly<Record<string, number>> = { USD: 1, EUR: 0.5, GBP: 0.25 };

export const graph: FederationGraph = {
  about: '@requires of a field with arguments, beside the same field with others',
  subgraphs: {
    prices: {
      sdl: `${imports('@key')}
        type Query { product(id: ID!): Product products: [Product!]! }
        type Product @key(fields: "id") { id: ID! price(currency: String!): Float! tags(first: Int = 2): [String!]! }`,
      resolvers: {
        Query: {
          product: (_: unknown, { id }: { id: string }) => byKey(products, 'id')({ id }),
          products: () => products,
        },
        Product: {
          price: ({ usd }: { usd: number }, { currency }: { currency: string }) =>
            usd * (rates[currency] ?? 0),
          tags: ({ id }: { id: string }, { first }: { first: number }) =>
            Array.from({ length: first }, (_, index) => `${id}-${index}`),
        },
      },
    },
    shipping: {
      sdl: `${imports('@key', '@external', '@requires')}
        type Product @key(fields: "id") {
          id: ID!
          price(currency: String!): Float! @external
          tags(first: Int = 2): [String!]! @external
          insurance: Float! @requires(fields: "price(currency: \\"EUR\\")")
          mark: String! @requires(fields: "tags(first: 1)")
        }`,
      resolvers: {
        Product: {
          insurance: ({ price }: { price: number }) => price / 10,
          mark: ({ tags }: { tags: readonly string[] }) => tags.join('+'),
        },
      },
    },
  },
};
