import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'is computed from what was computed',
    query: '{ item { squared } }',
    data: { item: { squared: 16 } },
    fetches: { one: 1, two: 1, three: 1 },
  },
  {
    title: 'goes down a chain of three',
    query: '{ item { text } }',
    data: { item: { text: '=16' } },
    fetches: { one: 1, two: 1, three: 1, four: 1 },
  },
  {
    title: 'has the links of the chain that were asked for',
    query: '{ item { text doubled both base } }',
    data: { item: { text: '=16', doubled: 4, both: 6, base: 2 } },
  },
  {
    title: 'says what broke the chain, and keeps what does not hang on it',
    query: '{ item { id base squared } }',
    down: ['two'],
    data: { item: null },
    errors: [{ code: 'SUBGRAPH_UNAVAILABLE', path: ['item'], service: 'two' }],
  },
];
