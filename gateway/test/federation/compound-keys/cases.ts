import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'tells entities apart that share a part of their key',
    query: '{ employees { name amount } }',
    data: {
      employees: [
        { name: 'Ada', amount: 10 },
        { name: 'Bob', amount: 20 },
      ],
    },
    entities: { payroll: 2 },
  },
  {
    title: 'reaches what hangs on the object within the key',
    query: '{ employees { organization { id payroll } } }',
    data: {
      employees: [{ organization: { id: 'o1', payroll: 10 } }, { organization: { id: 'o2', payroll: 20 } }],
    },
  },
  {
    title: 'shows of the object within the key what was asked for, and no more',
    query: '{ employees { organization { payroll } amount } }',
    data: {
      employees: [
        { organization: { payroll: 10 }, amount: 10 },
        { organization: { payroll: 20 }, amount: 20 },
      ],
    },
  },
  {
    title: 'has the key where one service knows all of it',
    query: '{ highest { number organization { id } amount } }',
    data: { highest: { number: 1, organization: { id: 'o2' }, amount: 20 } },
    fetches: { payroll: 1 },
  },
];
