import { byKey, type FederationGraph, imports, refuse } from '../suite.ts';

let counter = 0;
const log: string[] = [];
const accounts = [{ id: 'a1', owner: 'Ada' }];

export const graph: FederationGraph = {
  about: 'mutations: one after another, each once, also where they go to several services',
  subgraphs: {
    bank: {
      sdl: `${imports('@key')}
        type Query { account(id: ID!): Account }
        type Mutation { reset: Int! add(by: Int!): Int! open(owner: String!): Account! fail: Int }
        type Account @key(fields: "id") { id: ID! owner: String! }`,
      resolvers: {
        Query: { account: (_: unknown, { id }: { id: string }) => byKey(accounts, 'id')({ id }) },
        Account: { __resolveReference: byKey(accounts, 'id') },
        Mutation: {
          reset: () => {
            log.length = 0;
            counter = 0;
            return counter;
          },
          add: (_: unknown, { by }: { by: number }) => {
            log.push(`add ${by}`);
            counter += by;
            return counter;
          },
          open: (_: unknown, { owner }: { owner: string }) => ({ id: 'a1', owner }),
          fail: () => refuse('NO', 'No.'),
        },
      },
    },
    audit: {
      sdl: `${imports('@key', '@shareable')}
        type Query { log: [String!]! }
        type Mutation { note(text: String!): Int! noted: Noted! }
        type Noted { count: Int! query: Query! }
        type Account @key(fields: "id") { id: ID! notes: [String!]! }`,
      resolvers: {
        Query: { log: () => [...log] },
        Account: { notes: () => [...log] },
        Mutation: {
          note: (_: unknown, { text }: { text: string }) => log.push(text),
          noted: () => ({ count: log.length, query: {} }),
        },
      },
    },
  },
};
