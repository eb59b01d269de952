import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'goes through the service that knows both keys',
    query: '{ products { name stock } }',
    data: {
      products: [
        { name: 'Table', stock: 3 },
        { name: 'Chair', stock: 0 },
      ],
    },
    fetches: { catalog: 1, registry: 1, stock: 1 },
  },
  {
    title: 'translates once for two services that need other keys',
    query: '{ products { stock weight } }',
    data: {
      products: [
        { stock: 3, weight: 30 },
        { stock: 0, weight: 5 },
      ],
    },
    fetches: { catalog: 1, registry: 1, stock: 1, shipping: 1 },
  },
  {
    title: 'goes the other way round as well',
    query: '{ soldOut { name weight } }',
    data: { soldOut: [{ name: 'Chair', weight: 5 }] },
  },
  {
    title: 'crosses from one end to the other',
    query: '{ heaviest { id name stock } }',
    data: { heaviest: { id: 'p1', name: 'Table', stock: 3 } },
  },
  {
    title: 'begins in the middle',
    query: '{ bySku(sku: "s2") { upc name stock weight } }',
    data: { bySku: { upc: 'c2', name: 'Chair', stock: 0, weight: 5 } },
    fetches: { registry: 1, catalog: 1, stock: 1, shipping: 1 },
  },
];
