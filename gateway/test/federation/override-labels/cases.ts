import type { FederationCase } from '../suite.ts';

const stockDiffers = 'it evaluates no label, so all of them are off';

export const cases: readonly FederationCase[] = [
  {
    title: 'comes from the new place for all at 100 per cent',
    query: '{ item { always } }',
    data: { item: { always: 'new' } },
    stockDiffers,
  },
  {
    title: 'comes from the old place for all at 0 per cent',
    query: '{ item { never } }',
    data: { item: { never: 'old' } },
    fetches: { old: 1 },
  },
  {
    title: 'comes from the new place under a label that is on',
    query: '{ item { on } }',
    data: { item: { on: 'new' } },
    stockDiffers,
  },
  {
    title: 'comes from the old place under a label that is not',
    query: '{ item { off } }',
    data: { item: { off: 'old' } },
  },
  {
    title: 'mixes both places in one object',
    query: '{ item { always never on off } }',
    data: { item: { always: 'new', never: 'old', on: 'new', off: 'old' } },
    stockDiffers,
  },
  {
    title: 'is in one half of the tenants at 50 per cent',
    query: '{ item { most } }',
    tenant: 'a',
    data: { item: { most: 'old' } },
  },
  {
    title: 'is in the other half at 50 per cent',
    query: '{ item { most } }',
    tenant: 'd',
    data: { item: { most: 'new' } },
    stockDiffers,
  },
];
