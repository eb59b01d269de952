import { byKey, type FederationGraph, imports, refuse } from '../suite.ts';

const products = [
  { id: 'p1', price: 899, weight: 100, size: { width: 10, parts: [{ mass: 60 }, { mass: 40 }] } },
  { id: 'p2', price: 1299, weight: 1000, size: { width: 5, parts: [] } },
  { id: 'p3', price: null, weight: 50, size: null },
];

export const graph: FederationGraph = {
  about: '@requires: fields that a service computes from fields of another',
  subgraphs: {
    products: {
      sdl: `${imports('@key')}
        type Query { products: [Product!]! product(id: ID!): Product }
        type Product @key(fields: "id") { id: ID! price: Int weight: Int size: Size }
        type Size { width: Int! parts: [Part!]! }
        type Part { mass: Int! }`,
      resolvers: {
        Query: {
          products: () => products,
          product: (_: unknown, { id }: { id: string }) => byKey(products, 'id')({ id }),
        },
      },
    },
    shipping: {
      sdl: `${imports('@key', '@external', '@requires')}
        type Product @key(fields: "id") {
          id: ID!
          price: Int @external
          weight: Int @external
          size: Size @external
          cost: Int @requires(fields: "price weight")
          mass: Int @requires(fields: "size { parts { mass } }")
          crate: String @requires(fields: "size { width } weight")
          label: String!
        }
        type Size { width: Int! @external parts: [Part!]! @external }
        type Part { mass: Int! @external }`,
      resolvers: {
        Product: {
          cost: ({ price, weight }: (typeof products)[0]) =>
            price === null ? refuse('NO_PRICE', 'It has no price.') : price > 1000 ? 0 : weight / 2,
          mass: ({ size }: (typeof products)[0]) => size?.parts.reduce((sum, { mass }) => sum + mass, 0),
          crate: ({ size, weight }: (typeof products)[0]) => (size ? `${size.width}w${weight}` : null),
          label: ({ id }: { id: string }) => `to ${id}`,
        },
      },
    },
  },
};
