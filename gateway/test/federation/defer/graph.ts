import { byKey, type FederationGraph, imports, refuse } from '../suite.ts';

const products = [
  { id: 'p1', name: 'Lamp', maker: { id: 'm1' } },
  { id: 'p2', name: 'Chair', maker: { id: 'm2' } },
];
const reviews = [
  { product: 'p1', text: 'Bright.', author: { id: 'a1' } },
  { product: 'p2', text: 'Hard.', author: { id: 'a1' } },
];
const makers = [
  { id: 'm1', name: 'Lux' },
  { id: 'm2', name: 'Sella' },
];

export const graph: FederationGraph = {
  about: 'answers in parts',
  subgraphs: {
    shop: {
      sdl: `${imports('@key')}
        type Query { product(id: ID!): Product products: [Product!]! nothing: Product }
        type Mutation { rename(id: ID!, name: String!): Product }
        type Product @key(fields: "id") { id: ID! name: String! size: Size maker: Maker }
        type Size { height: Int width: Int }
        type Maker @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: {
          product: (_: unknown, { id }: { id: string }) => byKey(products, 'id')({ id }),
          products: () => products,
          nothing: () => null,
        },
        Mutation: {
          rename: (_: unknown, { id, name }: { id: string; name: string }) => {
            const product = byKey(products, 'id')({ id });
            return product && { ...product, name };
          },
        },
        Product: { __resolveReference: byKey(products, 'id'), size: () => ({ height: 3, width: 4 }) },
      },
    },
    reviews: {
      sdl: `${imports('@key')}
        type Query { latest: [Review!]! }
        type Product @key(fields: "id") { id: ID! reviews: [Review!]! score: Int! broken: String! }
        type Review { text: String! author: Author! }
        type Author @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: { latest: () => reviews },
        Product: {
          reviews: ({ id }: { id: string }) => reviews.filter(({ product }) => product === id),
          score: () => 5,
          broken: () => refuse('BROKEN', 'It is broken.'),
        },
      },
    },
    people: {
      sdl: `${imports('@key')}
        type Author @key(fields: "id") { id: ID! name: String! }
        type Maker @key(fields: "id") { id: ID! name: String! }
        type Query { people: [Author!] }`,
      resolvers: {
        Author: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ada' }) },
        Maker: { __resolveReference: byKey(makers, 'id') },
        Query: { people: () => [] },
      },
    },
  },
};
