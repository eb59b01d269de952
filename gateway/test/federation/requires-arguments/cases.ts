import type { FederationCase } from '../suite.ts';

const collides = 'its planner merges the field with the required one, whose arguments are others';

export const cases: readonly FederationCase[] = [
  {
    title: 'computes from the arguments that the service named',
    query: '{ product(id: "p1") { insurance } }',
    data: { product: { insurance: 5 } },
  },
  {
    title: 'is right where the client asks for the same field with other arguments',
    query: '{ product(id: "p1") { price(currency: "USD") insurance } }',
    data: { product: { price: 100, insurance: 5 } },
    stockDiffers: collides,
  },
  {
    title: 'is right where the client asks for the same field with the same arguments',
    query: '{ product(id: "p1") { price(currency: "EUR") insurance } }',
    data: { product: { price: 50, insurance: 5 } },
  },
  {
    title: 'is right with arguments in variables',
    query: 'query ($c: String!) { products { price(currency: $c) insurance } }',
    variables: { c: 'GBP' },
    data: {
      products: [
        { price: 25, insurance: 5 },
        { price: 50, insurance: 10 },
      ],
    },
    stockDiffers: collides,
  },
  {
    title: 'is right with a default value beside a required value',
    query: '{ product(id: "p2") { tags mark } }',
    data: { product: { tags: ['p2-0', 'p2-1'], mark: 'p2-0' } },
    stockDiffers: collides,
  },
  {
    title: 'is right with an alias that is the name of the required field',
    query: '{ product(id: "p1") { price: id insurance } }',
    data: { product: { price: 'p1', insurance: 5 } },
    stockDiffers: collides,
  },
  {
    title: 'is right with several sets of arguments and two requirements',
    query:
      '{ product(id: "p1") { eur: price(currency: "EUR") price(currency: "USD") gbp: price(currency: "GBP") insurance mark tags(first: 3) } }',
    data: {
      product: { eur: 50, price: 100, gbp: 25, insurance: 5, mark: 'p1-0', tags: ['p1-0', 'p1-1', 'p1-2'] },
    },
    stockDiffers: collides,
  },
];
