import { byKey, type FederationGraph, imports } from '../suite.ts';

const bills = [{ id: 'b1' }, { id: 'b2' }];

export const graph: FederationGraph = {
  about: '@override: a field that moved to another service',
  subgraphs: {
    monolith: {
      sdl: `${imports('@key', '@shareable')}
        type Query { bills: [Bill!]! bill(id: ID!): Bill moved: String! }
        type Bill @key(fields: "id") { id: ID! amount: String! owner: String! }`,
      resolvers: {
        Query: {
          bills: () => bills,
          bill: (_: unknown, { id }: { id: string }) => byKey(bills, 'id')({ id }),
          moved: () => 'old',
        },
        Bill: { __resolveReference: byKey(bills, 'id'), amount: () => 'old', owner: () => 'monolith' },
      },
    },
    billing: {
      sdl: `${imports('@key', '@override', '@shareable')}
        type Query { moved: String! @override(from: "monolith") latest: Bill }
        type Bill @key(fields: "id") { id: ID! amount: String! @override(from: "monolith") due: String! }`,
      resolvers: {
        Query: { moved: () => 'new', latest: () => bills[1] },
        Bill: { __resolveReference: byKey(bills, 'id'), amount: () => 'new', due: () => 'tomorrow' },
      },
    },
  },
};
