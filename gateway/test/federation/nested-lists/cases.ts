import type { FederationCase } from '../suite.ts';

const [red, blue] = [{ color: 'red' }, { color: 'blue' }];

export const cases: readonly FederationCase[] = [
  {
    title: 'completes entities in lists of lists, each once',
    query: '{ grid { color } }',
    data: { grid: [[red, blue], [], [blue]] },
    entities: { colors: 2 },
  },
  {
    title: 'completes them between nulls',
    query: '{ ragged { color } }',
    data: { ragged: [null, [red, null], []] },
  },
  {
    title: 'completes them three lists deep',
    query: '{ cube { id color } }',
    data: {
      cube: [
        [
          [{ id: 'a', ...red }],
          [
            { id: 'b', ...blue },
            { id: 'a', ...red },
          ],
        ],
        [],
      ],
    },
  },
  {
    title: 'asks nobody for an empty list',
    query: '{ empty { color } }',
    data: { empty: [] },
    fetches: { board: 1 },
  },
  {
    title: 'completes lists within objects of lists',
    query: '{ rows { cells { color } pairs { color } } }',
    data: {
      rows: [
        { cells: [red], pairs: [[red, blue]] },
        { cells: [], pairs: [] },
      ],
    },
  },
  {
    title: 'completes lists of lists that an entity brought',
    query: '{ rows { cells { mix { color near { color } } } } }',
    data: { rows: [{ cells: [{ mix: [[{ color: 'red', near: [blue] }], []] }] }, { cells: [] }] },
  },
];
