import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'runs each as often as it was asked for, in order',
    query: 'mutation { reset one: add(by: 1) two: add(by: 1) three: add(by: 5) }',
    data: { reset: 0, one: 1, two: 2, three: 7 },
    fetches: { bank: 1 },
  },
  {
    title: 'runs in order across services',
    query: 'mutation { reset a: note(text: "x") add(by: 2) b: note(text: "y") c: add(by: 3) }',
    data: { reset: 0, a: 1, add: 2, b: 3, c: 5 },
    fetches: { bank: 3, audit: 2 },
  },
  {
    title: 'completes what a mutation returned',
    query: 'mutation { reset note(text: "n") open(owner: "Bob") { owner notes } }',
    data: { reset: 0, note: 1, open: { owner: 'Bob', notes: ['n'] } },
  },
  {
    title: 'queries everything through a field of type Query',
    query: 'mutation { reset noted { count query { log account(id: "a1") { owner } } } }',
    data: { reset: 0, noted: { count: 0, query: { log: [], account: { owner: 'Ada' } } } },
  },
  {
    title: 'goes on behind one that failed',
    query: 'mutation { reset fail add(by: 4) }',
    data: { reset: 0, fail: null, add: 4 },
    errors: [{ code: 'NO', path: ['fail'], service: 'bank' }],
  },
  {
    title: 'says of a service that is down what was not done',
    query: 'mutation { reset note(text: "lost") add(by: 1) }',
    down: ['audit'],
    data: null,
    errors: [{ code: 'SUBGRAPH_UNAVAILABLE', path: ['note'], service: 'audit' }],
  },
];
