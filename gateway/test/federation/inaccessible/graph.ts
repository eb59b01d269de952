import { byKey, type FederationGraph, imports } from '../suite.ts';

const users = [
  { id: 'u1', secret: 's1', role: 'ADMIN', name: 'Ada' },
  { id: 'u2', secret: 's2', role: 'SPY', name: 'Bob' },
];

export const graph: FederationGraph = {
  about: '@inaccessible: what services share and clients do not see',
  subgraphs: {
    users: {
      sdl: `${imports('@key', '@inaccessible')}
        type Query { users: [User!]! pets: [Pet!]! hidden: String @inaccessible }
        type User @key(fields: "secret") { secret: ID! @inaccessible name: String! role: Role }
        enum Role { ADMIN GUEST SPY @inaccessible }
        union Pet = Dog | Ghost
        type Dog { name: String! }
        type Ghost @inaccessible { name: String! }`,
      resolvers: {
        Query: {
          users: () => users,
          pets: () => [
            { __typename: 'Dog', name: 'Rex' },
            { __typename: 'Dog', name: 'Max' },
          ],
          hidden: () => 'x',
        },
        User: { __resolveReference: byKey(users, 'secret') },
        Pet: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      },
    },
    points: {
      sdl: `${imports('@key', '@inaccessible', '@requires', '@external')}
        type User @key(fields: "secret") { secret: ID! @inaccessible name: String! @external points: Int! label: String! @requires(fields: "name") }`,
      resolvers: {
        User: {
          points: ({ secret }: { secret: string }) => (secret === 's1' ? 10 : 0),
          label: ({ secret, name }: { secret: string; name: string }) => `${name}/${secret}`,
        },
      },
    },
  },
};
