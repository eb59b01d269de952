import { byKey, type FederationGraph, imports, refuse } from '../suite.ts';

let counter = 0;
const log: string[] = [];
/** What was done, which `reset` does not forget. */
const done: string[] = [];
const accounts = [{ id: 'a1', owner: 'Ada' }];

export const graph: FederationGraph = {
  about: 'mutations: one after another, each once, also where they go to several services',
  reset: () => {
    counter = 0;
    log.length = 0;
    done.length = 0;
  },
  journal: () => done,
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
            done.push('reset');
            log.length = 0;
            counter = 0;
            return counter;
          },
          add: (_: unknown, { by }: { by: number }) => {
            done.push(`add ${by}`);
            log.push(`add ${by}`);
            counter += by;
            return counter;
          },
          open: (_: unknown, { owner }: { owner: string }) => {
            done.push(`open ${owner}`);
            return { id: 'a1', owner };
          },
          fail: () => {
            done.push('fail');
            return refuse('NO', 'No.');
          },
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
          note: (_: unknown, { text }: { text: string }) => {
            done.push(`note ${text}`);
            return log.push(text);
          },
          noted: () => ({ count: log.length, query: {} }),
        },
      },
    },
  },
};
