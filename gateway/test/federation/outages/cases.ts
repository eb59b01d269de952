import type { FederationCase } from '../suite.ts';

const code = 'SUBGRAPH_UNAVAILABLE';

export const cases: readonly FederationCase[] = [
  {
    title: 'has the rest where one service is down, and names each place it leaves empty',
    query: '{ products { name stock rating } }',
    down: ['stock'],
    data: {
      products: [
        { name: 'n1', stock: null, rating: 4.5 },
        { name: 'n2', stock: null, rating: 4.5 },
      ],
    },
    errors: [
      { code, path: ['products', 0], service: 'stock' },
      { code, path: ['products', 1], service: 'stock' },
    ],
  },
  {
    title: 'names the root fields that are missing',
    query: '{ shop stores }',
    down: ['stock'],
    data: { shop: 'open', stores: null },
    errors: [{ code, path: ['stores'], service: 'stock' }],
  },
  {
    title: 'names root fields by the alias of the client',
    query: '{ shop mine: stores }',
    down: ['stock'],
    data: { shop: 'open', mine: null },
    errors: [{ code, path: ['mine'], service: 'stock' }],
  },
  {
    title: 'is null as a whole only where what is missing may not be null',
    query: '{ shop total }',
    down: ['stock'],
    data: null,
    errors: [{ code, path: ['total'], service: 'stock' }],
  },
  {
    title: 'asks nobody for entities that were never named',
    query: '{ products { stock rating } }',
    down: ['shop'],
    data: null,
    errors: [{ code, path: ['products'], service: 'shop' }],
    fetches: { shop: 1 },
  },
  {
    title: 'survives two services that are down',
    query: '{ products { id stock rating } }',
    down: ['stock', 'ratings'],
    data: {
      products: [
        { id: '1', stock: null, rating: null },
        { id: '2', stock: null, rating: null },
      ],
    },
    errors: [
      { code, path: ['products', 0], service: 'stock' },
      { code, path: ['products', 1], service: 'stock' },
      { code, path: ['products', 0], service: 'ratings' },
      { code, path: ['products', 1], service: 'ratings' },
    ],
  },
  {
    title: 'names no root field that `@skip` and `@include` leave out',
    query: `query ($on: Boolean!) {
      shop stores left: stores @skip(if: true) ... @include(if: $on) { out: total } ... @skip(if: $on) { more: stores }
    }`,
    variables: { on: false },
    down: ['stock'],
    data: { shop: 'open', stores: null, more: null },
    errors: [
      { code, path: ['stores'], service: 'stock' },
      { code, path: ['more'], service: 'stock' },
    ],
  },
];
