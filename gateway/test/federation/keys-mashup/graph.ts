import { byKey, type FederationGraph, imports } from '../suite.ts';

const products = [
  { id: 'p1', sku: 's1', upc: 'c1', name: 'Table', stock: 3, weight: 30 },
  { id: 'p2', sku: 's2', upc: 'c2', name: 'Chair', stock: 0, weight: 5 },
];

export const graph: FederationGraph = {
  about: 'services that know an entity by different keys, so that a third has to translate',
  subgraphs: {
    catalog: {
      sdl: `${imports('@key')}
        type Query { products: [Product!]! }
        type Product @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: { products: () => products },
        Product: { __resolveReference: byKey(products, 'id') },
      },
    },
    registry: {
      sdl: `${imports('@key')}
        type Query { bySku(sku: String!): Product }
        type Product @key(fields: "id") @key(fields: "sku") @key(fields: "upc") { id: ID! sku: String! upc: String! }`,
      resolvers: {
        Query: { bySku: (_: unknown, { sku }: { sku: string }) => byKey(products, 'sku')({ sku }) },
        Product: {
          __resolveReference: (reference: { id?: string; sku?: string; upc?: string }) =>
            products.find(
              ({ id, sku, upc }) => id === reference.id || sku === reference.sku || upc === reference.upc,
            ),
        },
      },
    },
    stock: {
      sdl: `${imports('@key')}
        type Query { soldOut: [Product!]! }
        type Product @key(fields: "sku") { sku: String! stock: Int! }`,
      resolvers: {
        Query: { soldOut: () => products.filter(({ stock }) => stock === 0) },
        Product: { __resolveReference: byKey(products, 'sku') },
      },
    },
    shipping: {
      sdl: `${imports('@key')}
        type Query { heaviest: Product }
        type Product @key(fields: "upc") { upc: String! weight: Int! }`,
      resolvers: {
        Query: { heaviest: () => products[0] },
        Product: { __resolveReference: byKey(products, 'upc') },
      },
    },
  },
};
