import type { FederationCase } from '../suite.ts';

const lamp = { name: 'Lamp' };

export const cases: readonly FederationCase[] = [
  {
    title: 'comes first without the deferred fields of an entity, which follow',
    query: '{ product(id: "p1") { name ... @defer { score } } }',
    data: { product: { name: 'Lamp', score: 5 } },
    parts: [
      { data: { product: lamp }, hasNext: true },
      { path: ['product'], data: { score: 5 } },
    ],
  },
  {
    title: 'names a part by its label',
    query: '{ product(id: "p1") { name ... on Product @defer(label: "later") { score } } }',
    data: { product: { name: 'Lamp', score: 5 } },
    parts: [
      { data: { product: lamp }, hasNext: true },
      { label: 'later', path: ['product'], data: { score: 5 } },
    ],
  },
  {
    title: 'has a part for each object of a list',
    query: '{ products { name ... @defer(label: "score") { score } } }',
    data: {
      products: [
        { name: 'Lamp', score: 5 },
        { name: 'Chair', score: 5 },
      ],
    },
    parts: [
      { data: { products: [{ name: 'Lamp' }, { name: 'Chair' }] }, hasNext: true },
      { label: 'score', path: ['products', 0], data: { score: 5 } },
      { label: 'score', path: ['products', 1], data: { score: 5 } },
    ],
    fetches: { shop: 1, reviews: 1 },
  },
  {
    title: 'has parts within parts, each behind the one it lies in',
    query: `{ product(id: "p1") { name ... @defer(label: "reviews") {
      reviews { text author { id ... @defer(label: "author") { name } } } } } }`,
    data: { product: { name: 'Lamp', reviews: [{ text: 'Bright.', author: { id: 'a1', name: 'Ada' } }] } },
    parts: [
      { data: { product: lamp }, hasNext: true },
      {
        label: 'reviews',
        path: ['product'],
        data: { reviews: [{ text: 'Bright.', author: { id: 'a1' } }] },
      },
      { label: 'author', path: ['product', 'reviews', 0, 'author'], data: { name: 'Ada' } },
    ],
  },
  {
    title: 'defers what lies in an object that is no entity, although it came with it',
    query: '{ product(id: "p1") { size { height ... @defer(label: "width") { width } } } }',
    data: { product: { size: { height: 3, width: 4 } } },
    parts: [
      { data: { product: { size: { height: 3 } } }, hasNext: true },
      { label: 'width', path: ['product', 'size'], data: { width: 4 } },
    ],
  },
  {
    title: 'defers fields of the root',
    query: '{ product(id: "p1") { name } ... @defer(label: "latest") { latest { text } } }',
    data: { product: lamp, latest: [{ text: 'Bright.' }, { text: 'Hard.' }] },
    parts: [
      { data: { product: lamp }, hasNext: true },
      { label: 'latest', path: [], data: { latest: [{ text: 'Bright.' }, { text: 'Hard.' }] } },
    ],
  },
  {
    title: 'begins empty where everything is deferred',
    query: '{ ... @defer { product(id: "p1") { name } } }',
    data: { product: lamp },
    parts: [
      { data: {}, hasNext: true },
      { path: [], data: { product: lamp } },
    ],
  },
  {
    title: 'has the client’s own names in a part and in its path',
    query: '{ mine: product(id: "p1") { called: name ... @defer { id: score maker { id: name } } } }',
    data: { mine: { called: 'Lamp', id: 5, maker: { id: 'Lux' } } },
    parts: [
      { data: { mine: { called: 'Lamp' } }, hasNext: true },
      { path: ['mine'], data: { id: 5, maker: { id: 'Lux' } } },
    ],
  },
  {
    title: 'defers a named fragment wherever it is spread',
    query: `{ a: product(id: "p1") { ...Score @defer(label: "a") } b: product(id: "p2") { name ...Score @defer(label: "b") } }
      fragment Score on Product { score }`,
    data: { a: { score: 5 }, b: { name: 'Chair', score: 5 } },
    parts: [
      { data: { a: {}, b: { name: 'Chair' } }, hasNext: true },
      { label: 'a', path: ['a'], data: { score: 5 } },
      { label: 'b', path: ['b'], data: { score: 5 } },
    ],
  },
  {
    title: 'keeps apart the places of one fragment that defers within itself',
    query: `{ a: product(id: "p1") { ...Later } b: product(id: "p2") { ...Later } }
      fragment Later on Product { name ... @defer(label: "later") { score } }`,
    data: { a: { name: 'Lamp', score: 5 }, b: { name: 'Chair', score: 5 } },
    parts: [
      { data: { a: lamp, b: { name: 'Chair' } }, hasNext: true },
      { label: 'later', path: ['a'], data: { score: 5 } },
      { label: 'later', path: ['b'], data: { score: 5 } },
    ],
  },
  {
    title: 'is whole where a variable says so',
    query: 'query ($later: Boolean!) { product(id: "p1") { name ... @defer(if: $later) { score } } }',
    variables: { later: false },
    data: { product: { name: 'Lamp', score: 5 } },
    parts: [{ data: { product: { name: 'Lamp', score: 5 } }, hasNext: false }],
  },
  {
    title: 'is in parts where a variable says so',
    query: 'query ($later: Boolean!) { product(id: "p1") { name ... @defer(if: $later) { score } } }',
    variables: { later: true },
    data: { product: { name: 'Lamp', score: 5 } },
    parts: [
      { data: { product: lamp }, hasNext: true },
      { path: ['product'], data: { score: 5 } },
    ],
  },
  {
    title: 'defers what a variable defers beside what is always deferred',
    query: `query ($later: Boolean!) { product(id: "p1") { name ... @defer(label: "maybe", if: $later) { maker { name } }
      ... @defer(label: "always") { score } } }`,
    variables: { later: false },
    data: { product: { name: 'Lamp', maker: { name: 'Lux' }, score: 5 } },
    parts: [
      { data: { product: { name: 'Lamp', maker: { name: 'Lux' } } }, hasNext: true },
      { label: 'always', path: ['product'], data: { score: 5 } },
    ],
  },
  {
    title: 'leaves out a deferred fragment that is skipped',
    query:
      'query ($no: Boolean!) { product(id: "p1") { name ... @defer(label: "x") @skip(if: $no) { score } } }',
    variables: { no: true },
    data: { product: lamp },
    parts: [{ data: { product: lamp }, hasNext: false }],
  },
  {
    title: 'has nothing to follow where the object is null',
    query: '{ nothing { name ... @defer { score } } }',
    data: { nothing: null },
    parts: [{ data: { nothing: null }, hasNext: false }],
  },
  {
    title: 'has a field at once that is asked for both at once and later',
    query: '{ product(id: "p1") { name ... @defer { name score } } }',
    data: { product: { name: 'Lamp', score: 5 } },
    parts: [
      { data: { product: lamp }, hasNext: true },
      { path: ['product'], data: { name: 'Lamp', score: 5 } },
    ],
  },
  {
    title: 'tells an error in the part that it concerns, whose null stops at the part',
    query:
      '{ product(id: "p1") { name ... @defer(label: "b") { broken } ... @defer(label: "s") { score } } }',
    data: { product: null },
    errors: [{ code: 'BROKEN', path: ['product', 'broken'], service: 'reviews' }],
    parts: [
      { data: { product: lamp }, hasNext: true },
      {
        label: 'b',
        path: ['product'],
        data: null,
        errors: [{ code: 'BROKEN', path: ['product', 'broken'], service: 'reviews' }],
      },
      { label: 's', path: ['product'], data: { score: 5 } },
    ],
  },
  {
    title: 'tells in the part that a service is down, and has the others',
    query:
      '{ product(id: "p1") { name ... @defer(label: "r") { score } ... @defer(label: "m") { maker { name } } } }',
    down: ['reviews'],
    data: { product: null },
    errors: [{ code: 'SUBGRAPH_UNAVAILABLE', service: 'reviews' }],
    parts: [
      { data: { product: lamp }, hasNext: true },
      {
        label: 'r',
        path: ['product'],
        data: null,
        errors: [{ code: 'SUBGRAPH_UNAVAILABLE', path: ['product'], service: 'reviews' }],
      },
      { label: 'm', path: ['product'], data: { maker: { name: 'Lux' } } },
    ],
  },
  {
    title: 'defers fields of what a mutation returns',
    query: 'mutation { rename(id: "p1", name: "Torch") { name ... @defer { score } } }',
    data: { rename: { name: 'Torch', score: 5 } },
    parts: [
      { data: { rename: { name: 'Torch' } }, hasNext: true },
      { path: ['rename'], data: { score: 5 } },
    ],
    fetches: { shop: 1, reviews: 1 },
  },
];
