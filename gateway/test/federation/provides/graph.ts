import { byKey, type FederationGraph, imports } from '../suite.ts';

const accounts = [
  { id: 'a1', name: 'Ada', age: 36 },
  { id: 'a2', name: 'Bob', age: 20 },
];

export const graph: FederationGraph = {
  about: '@provides: fields that a service has at hand on some paths only',
  subgraphs: {
    accounts: {
      sdl: `${imports('@key', '@shareable')}
        type Query { accounts: [Account!]! }
        type Account @key(fields: "id") { id: ID! name: String! @shareable age: Int! profile: Profile! @shareable }
        type Profile @shareable { motto: String! color: String! }`,
      resolvers: {
        Query: { accounts: () => accounts },
        Account: {
          __resolveReference: byKey(accounts, 'id'),
          profile: ({ name }: { name: string }) => ({ motto: `I am ${name}`, color: 'red' }),
        },
      },
    },
    posts: {
      sdl: `${imports('@key', '@external', '@provides')}
        type Query {
          posts: [Post!]! 
          byAda: Account @provides(fields: "name profile { motto }")
          anybody: Account
        }
        type Post { title: String! author: Account! @provides(fields: "name") editor: Account! }
        type Account @key(fields: "id") { id: ID! name: String! @external profile: Profile! @external }
        type Profile { motto: String! @external }`,
      resolvers: {
        Query: {
          posts: () => [{ title: 'Notes', author: { id: 'a1', name: 'Ada' }, editor: { id: 'a2' } }],
          byAda: () => ({ id: 'a1', name: 'Ada', profile: { motto: 'I am Ada' } }),
          anybody: () => ({ id: 'a2' }),
        },
      },
    },
  },
};
