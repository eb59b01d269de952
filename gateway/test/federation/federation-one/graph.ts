import { byKey, type FederationGraph } from '../suite.ts';

const users = [{ id: 'u1', name: 'Ada', email: 'a@x' }];
const products = [{ upc: '1', price: 10, weight: 2 }];

export const graph: FederationGraph = {
  about: 'schemas of Federation 1: extend, @external on keys, no @link',
  subgraphs: {
    users: {
      sdl: `
        type Query { me: User }
        type User @key(fields: "id") { id: ID! name: String email: String }`,
      resolvers: { Query: { me: () => users[0] }, User: { __resolveReference: byKey(users, 'id') } },
    },
    products: {
      sdl: `
        extend type Query { top(first: Int = 1): [Product] }
        type Product @key(fields: "upc") { upc: String! price: Int weight: Int }`,
      resolvers: {
        Query: { top: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
        Product: { __resolveReference: byKey(products, 'upc') },
      },
    },
    reviews: {
      sdl: `
        extend type User @key(fields: "id") {
          id: ID! @external
          email: String @external
          reviews: [Review]
          contact: String @requires(fields: "email")
        }
        extend type Product @key(fields: "upc") {
          upc: String! @external
          weight: Int @external
          reviews: [Review]
          heavy: Boolean @requires(fields: "weight")
        }
        type Review { body: String author: User @provides(fields: "email") product: Product }`,
      resolvers: {
        User: {
          reviews: ({ id }: { id: string }) => [
            { body: `by ${id}`, author: { id, email: 'a@x' }, product: { upc: '1' } },
          ],
          contact: ({ email }: { email: string }) => `mailto:${email}`,
        },
        Product: {
          reviews: () => [{ body: 'ok', author: { id: 'u1', email: 'a@x' } }],
          heavy: ({ weight }: { weight: number }) => weight > 1,
        },
      },
    },
  },
};
