import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has what can be found, and null for the rest',
    query: '{ rows { id text } }',
    data: { rows: [{ id: 'r1', text: 'one' }, null, { id: 'r2', text: null }] },
  },
  {
    title: 'sends a key that is null as it is',
    query: '{ row(id: "r2") { text } }',
    data: { row: { text: null } },
    entities: { texts: 1 },
  },
  {
    title: 'asks nobody about nothing',
    query: '{ row(id: "r9") { text } }',
    data: { row: null },
    fetches: { list: 1 },
  },
];
