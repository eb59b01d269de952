import type { FederationCase } from '../suite.ts';

const pens = { name: 'Pen', maker: { name: 'Pens' } };

export const cases: readonly FederationCase[] = [
  {
    title: 'follows fragments within fragments',
    query:
      '{ order(id: "o1") { ...Order } } fragment Order on Order { lines { ...Line } } fragment Line on Line { item { ...Item } } fragment Item on Item { name maker { name } }',
    data: { order: { lines: [{ item: pens }, { item: { name: 'Ink', maker: null } }] } },
  },
  {
    title: 'merges fragments that overlap',
    query:
      '{ order(id: "o1") { ...A ...B } } fragment A on Order { lines { item { maker { name } } } } fragment B on Order { lines { count item { maker { site { url } } left } } ready }',
    data: {
      order: {
        lines: [
          { item: { maker: { name: 'Pens', site: { url: 'p.example' } }, left: 3 }, count: 2 },
          { item: { maker: null, left: 0 }, count: 1 },
        ],
        ready: true,
      },
    },
  },
  {
    title: 'uses one fragment in several places',
    query: '{ one: order(id: "o1") { ...O } two: order(id: "o2") { ...O } } fragment O on Order { id ready }',
    data: { one: { id: 'o1', ready: true }, two: null },
  },
  {
    title: 'takes inline fragments without a type, and on the very type',
    query: '{ ... { order(id: "o1") { ... on Order { ... { ready } } lines { count } } } }',
    data: { order: { ready: true, lines: [{ count: 2 }, { count: 1 }] } },
  },
  {
    title: 'leaves out the second mention of a field',
    query: '{ order(id: "o1") { id ready id ...O } } fragment O on Order { id ready }',
    data: { order: { id: 'o1', ready: true } },
  },
];
