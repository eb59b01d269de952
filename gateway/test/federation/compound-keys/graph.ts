import { byKey, type FederationGraph, imports } from '../suite.ts';

const employees = [
  { number: 1, organization: { id: 'o1' }, name: 'Ada' },
  { number: 1, organization: { id: 'o2' }, name: 'Bob' },
];
const salaries = [
  { number: 1, org: 'o1', amount: 10 },
  { number: 1, org: 'o2', amount: 20 },
];

export const graph: FederationGraph = {
  about: 'keys of several fields, with objects in them',
  subgraphs: {
    people: {
      sdl: `${imports('@key', '@shareable')}
        type Query { employees: [Employee!]! }
        type Employee @key(fields: "number organization { id }") { number: Int! organization: Organization! name: String! }
        type Organization @shareable { id: ID! }`,
      resolvers: { Query: { employees: () => employees } },
    },
    payroll: {
      sdl: `${imports('@key', '@shareable')}
        type Query { highest: Employee }
        type Employee @key(fields: "number organization { id }") { number: Int! organization: Organization! amount: Int! }
        type Organization @key(fields: "id") { id: ID! @shareable payroll: Int! }`,
      resolvers: {
        Query: { highest: () => ({ number: 1, organization: { id: 'o2' }, amount: 20 }) },
        Employee: {
          __resolveReference: ({
            number,
            organization,
          }: {
            number: number;
            organization: { id: string };
          }) => {
            const row = byKey(salaries, 'number', 'org')({ number, org: organization.id });
            return row && { ...row, organization };
          },
        },
        Organization: {
          payroll: ({ id }: { id: string }) =>
            salaries.filter(({ org }) => org === id).reduce((sum, { amount }) => sum + amount, 0),
        },
      },
    },
  },
};
