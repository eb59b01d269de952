import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'asks each service once',
    query: '{ a b c }',
    data: { a: 1, b: 2, c: [3, 4] },
    fetches: { a: 1, b: 1, c: 1 },
  },
  {
    title: 'keeps the order of the query, whoever answers first',
    query: '{ c x: a(n: 9) b a }',
    data: { c: [3, 4], x: 9, b: 2, a: 1 },
  },
  {
    title: 'asks one of those that share a field',
    query: '{ both b }',
    data: { both: 'same', b: 2 },
    fetches: { b: 1 },
  },
  {
    title: 'starts anew at a field of type Query',
    query: '{ deep { value query { a b deep { query { c } } } } }',
    data: { deep: { value: 1, query: { a: 1, b: 2, deep: { query: { c: [3, 4] } } } } },
  },
  {
    title: 'runs the operation that was named',
    query: 'query One { a } query Two { b }',
    operationName: 'Two',
    data: { b: 2 },
    fetches: { b: 1 },
  },
];
