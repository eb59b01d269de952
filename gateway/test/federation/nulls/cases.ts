import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has null where null may be',
    query: '{ nothing list maybe { tag wanted } }',
    data: { nothing: null, list: null, maybe: { tag: null, wanted: null } },
  },
  {
    title: 'nulls the nearest object that may be null',
    query: '{ maybe { id needed } }',
    data: { maybe: null },
    errors: [{ code: 'GONE', path: ['maybe', 'needed'] }],
  },
  {
    title: 'nulls everything where nothing on the way may be null',
    query: '{ nothing sure { needed } }',
    data: null,
    errors: [{ code: 'GONE', path: ['sure', 'needed'] }],
  },
  {
    title: 'nulls a list whose elements may not be null',
    query: '{ boxes { id needed } }',
    data: { boxes: null },
    errors: [{ code: 'GONE', path: ['boxes', 1, 'needed'] }],
  },
  {
    title: 'nulls one element of a list whose elements may be null, and counts past nulls',
    query: '{ loose { id needed wanted } }',
    data: { loose: [{ id: 'ok', needed: 1, wanted: 2 }, null, null] },
    errors: [{ code: 'GONE', path: ['loose', 2, 'needed'] }],
  },
  {
    title: 'nulls one row of a grid',
    query: '{ grid { id needed } }',
    data: { grid: [[{ id: 'ok', needed: 1 }], null, null] },
    errors: [{ code: 'GONE', path: ['grid', 2, 1, 'needed'] }],
  },
];
