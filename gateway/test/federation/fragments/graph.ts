import { byKey, type FederationGraph, imports } from '../suite.ts';

const orders = [
  {
    id: 'o1',
    lines: [
      { count: 2, item: { id: 'i1' } },
      { count: 1, item: { id: 'i2' } },
    ],
  },
];
const items = [
  { id: 'i1', name: 'Pen', maker: { name: 'Pens', site: { url: 'p.example' } } },
  { id: 'i2', name: 'Ink', maker: null },
];

export const graph: FederationGraph = {
  about: 'named fragments: nested, repeated, overlapping, across services',
  subgraphs: {
    orders: {
      sdl: `${imports('@key')}
        type Query { order(id: ID!): Order }
        type Order @key(fields: "id") { id: ID! lines: [Line!]! }
        type Line { count: Int! item: Item! }
        type Item @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: { Query: { order: (_: unknown, { id }: { id: string }) => byKey(orders, 'id')({ id }) } },
    },
    items: {
      sdl: `${imports('@key')}
        type Item @key(fields: "id") { id: ID! name: String! maker: Maker }
        type Maker { name: String! site: Site }
        type Site { url: String! }`,
      resolvers: { Item: { __resolveReference: byKey(items, 'id') } },
    },
    stock: {
      sdl: `${imports('@key')}
        type Order @key(fields: "id") { id: ID! ready: Boolean! }
        type Item @key(fields: "id") { id: ID! left: Int! }`,
      resolvers: {
        Order: { ready: () => true },
        Item: { left: ({ id }: { id: string }) => (id === 'i1' ? 3 : 0) },
      },
    },
  },
};
