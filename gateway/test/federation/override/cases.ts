import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'comes from the service a field has moved to',
    query: '{ bill(id: "b1") { amount } }',
    data: { bill: { amount: 'new' } },
    fetches: { monolith: 1, billing: 1 },
  },
  {
    title: 'takes the rest from where it was',
    query: '{ bills { id amount owner } }',
    data: {
      bills: [
        { id: 'b1', amount: 'new', owner: 'monolith' },
        { id: 'b2', amount: 'new', owner: 'monolith' },
      ],
    },
  },
  {
    title: 'honours a moved root field',
    query: '{ moved }',
    data: { moved: 'new' },
    fetches: { billing: 1 },
  },
  {
    title: 'stays in the new service where it has all of it',
    query: '{ latest { id amount due } }',
    data: { latest: { id: 'b2', amount: 'new', due: 'tomorrow' } },
    fetches: { billing: 1 },
  },
  {
    title: 'goes from the new service to the old one',
    query: '{ latest { amount owner } }',
    data: { latest: { amount: 'new', owner: 'monolith' } },
  },
];
