import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'fetches what is required before it asks',
    query: '{ product(id: "p1") { cost } }',
    data: { product: { cost: 50 } },
    fetches: { products: 1, shipping: 1 },
  },
  {
    title: 'passes lists of objects within what is required',
    query: '{ products { mass } }',
    data: { products: [{ mass: 100 }, { mass: 0 }, { mass: null }] },
  },
  {
    title: 'keeps what the client asked of the same object apart from what is required of it',
    query: '{ product(id: "p1") { mass size { width } } }',
    data: { product: { mass: 100, size: { width: 10 } } },
  },
  {
    title: 'is right for several requirements at once',
    query: '{ product(id: "p2") { crate cost mass label } }',
    data: { product: { crate: '5w1000', cost: 0, mass: 0, label: 'to p2' } },
    fetches: { products: 1, shipping: 1 },
  },
  {
    title: 'has the error of a requirement that is not met, and the rest',
    query: '{ products { id cost } }',
    data: {
      products: [
        { id: 'p1', cost: 50 },
        { id: 'p2', cost: 0 },
        { id: 'p3', cost: null },
      ],
    },
    errors: [
      { code: 'NO_PRICE', path: ['products', 2, 'cost'], service: 'shipping', message: 'It has no price.' },
    ],
  },
  {
    title: 'works under aliases',
    query: '{ first: product(id: "p1") { fee: cost price: weight } }',
    data: { first: { fee: 50, price: 100 } },
    stockDiffers: 'it takes the required price for what the client calls so',
  },
  {
    title: 'needs no requirement for a field that has none',
    query: '{ product(id: "p3") { label } }',
    data: { product: { label: 'to p3' } },
  },
];
