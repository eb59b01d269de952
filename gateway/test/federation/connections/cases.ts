import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'completes nodes behind edges, past those that are null',
    query: '{ feed(first: 4) { edges { cursor node { author { name } likes } } page { next } } }',
    data: {
      feed: {
        edges: [
          { cursor: '1', node: { author: { name: 'Ada' }, likes: 2 } },
          { cursor: '2', node: { author: { name: 'Bob' }, likes: 2 } },
          { cursor: '3', node: null },
          { cursor: '4', node: { author: { name: 'Bob' }, likes: 2 } },
        ],
        page: { next: '4' },
      },
    },
    entities: { authors: 5 },
  },
  {
    title: 'has two pages under two names',
    query:
      '{ a: feed(first: 1) { edges { node { id } } } b: feed(first: 1, after: "1") { edges { node { id author { name } } } } }',
    data: {
      a: { edges: [{ node: { id: 's0' } }] },
      b: { edges: [{ node: { id: 's1', author: { name: 'Ada' } } }] },
    },
  },
  {
    title: 'is an empty page',
    query: '{ feed(first: 0) { edges { node { likes } } page { next more } } }',
    data: { feed: { edges: [], page: { next: null, more: true } } },
    fetches: { feed: 1 },
  },
];
