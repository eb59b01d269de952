import { byKey, type FederationGraph, imports } from '../suite.ts';

const users = [
  { id: 'u1', name: 'Ada', bestFriend: { id: 'u2' } },
  { id: 'u2', name: 'Bob', bestFriend: null },
];
const reviews = [
  { id: 'r1', text: 'Good.', author: { id: 'u1' } },
  { id: 'r2', text: 'Bad.', author: { id: 'u2' } },
  { id: 'r3', text: 'Fine.', author: { id: 'u1' } },
  { id: 'r4', text: 'Who?', author: { id: 'nobody' } },
];

export const graph: FederationGraph = {
  about: 'an entity that two services know by one key',
  subgraphs: {
    users: {
      sdl: `${imports('@key')}
        type Query { user(id: ID!): User users: [User!]! }
        type User @key(fields: "id") { id: ID! name: String! bestFriend: User }`,
      resolvers: {
        Query: {
          user: (_: unknown, { id }: { id: string }) => byKey(users, 'id')({ id }),
          users: () => users,
        },
        User: {
          __resolveReference: byKey(users, 'id'),
          bestFriend: ({ bestFriend }: (typeof users)[0]) =>
            bestFriend && byKey(users, 'id')({ id: bestFriend.id }),
        },
      },
    },
    reviews: {
      sdl: `${imports('@key')}
        type Query { review(id: ID!): Review reviews: [Review!]! }
        type Review { id: ID! text: String! author: User }
        type User @key(fields: "id") { id: ID! reviews: [Review!]! }`,
      resolvers: {
        Query: {
          review: (_: unknown, { id }: { id: string }) => byKey(reviews, 'id')({ id }),
          reviews: () => reviews,
        },
        User: { reviews: ({ id }: { id: string }) => reviews.filter(({ author }) => author.id === id) },
      },
    },
  },
};
