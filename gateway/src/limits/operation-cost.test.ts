/** Expected costs, worked out by hand from IBM's "GraphQL Cost Directives" and Apollo's demand control, through composition. */
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fragmentsOf } from '../operations/operation.ts';
import { createCostTable } from './cost-table.ts';
import { type OperationCost, operationCost } from './operation-cost.ts';

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])`;

const library = `${link('"@key", "@shareable", "@cost", "@listSize"')}
  type Query {
    leaf: String
    one: Item
    plain: [Item!]!
    texts: [String!]!
    heavyField: String @cost(weight: 50)
    lightObject: Item @cost(weight: 0)
    heavyItems: [Item!] @cost(weight: 5) @listSize(assumedSize: 4)
    vast: Vast
    vasts: [Vast!]! @listSize(assumedSize: 3)
    lightVast: Vast @cost(weight: 2)
    slow: Slow
    dear: Dear
    either: Either
    media: Media
    medium: [Media!] @listSize(assumedSize: 2)

    argument(of: Int @cost(weight: 10)): Int
    byDefault(of: Int = 1 @cost(weight: 10)): Int
    ids(of: [ID!] @cost(weight: 2)): [Item!] @listSize(assumedSize: 1)
    typed(dear: Dear, slow: Slow, slows: [Slow!]): Int
    find(by: Filter): Item
    search(by: [Filter!]): Item
    open(by: Opened): Int
    json(of: Json): Int
    cheaper(only: Boolean @cost(weight: -3)): Vast
    tooCheap(only: Boolean @cost(weight: -100)): Vast

    first(first: Int = 5): [Item!]!
    assumed(first: Int): [Item!]! @listSize(assumedSize: 3)
    sized(size: Int, other: Int): [Item!]! @listSize(slicingArguments: ["size", "other"], assumedSize: 7, requireOneSlicingArgument: false)
    unlimited(size: Int): [Item!]! @listSize(slicingArguments: ["size"], requireOneSlicingArgument: false)
    exactly(first: Int, last: Int): [Item!]! @listSize(slicingArguments: ["first", "last"])
    defaulted(first: Int = 8): [Item!]! @listSize(slicingArguments: ["first"])
    connection(first: Int = 20): Connection! @listSize(slicingArguments: ["first"], sizedFields: ["edges"])
    undeclared(first: Int): Connection!
  }
  type Mutation { change: Item free: String heavy(input: Filter!): Item @cost(weight: 50) }
  type Subscription { changed: Item }
  scalar Slow @cost(weight: 30)
  scalar Json
  enum Dear @cost(weight: 15) { A B }
  type Vast @cost(weight: 40) { id: ID item: Item }
  union Either = Item | Vast
  interface Media { id: ID parts(first: Int): [Item!] }
  type Book implements Media { id: ID @cost(weight: 1) parts(first: Int): [Item!] @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false, assumedSize: 2) }
  type Film implements Media @cost(weight: 6) { id: ID @cost(weight: 9) parts(first: Int): [Item!] @cost(weight: 3) @listSize(assumedSize: 4) }
  input Filter { text: String = "none" deep: Filter slow: Slow heavy: Boolean @cost(weight: 7) list: [Filter!] free: [Filter!] @cost(weight: 0) }
  input Opened { by: Filter = { heavy: true } }
  type Connection { edges: [Edge!]! nodes: [Item!]! total: Int }
  type Edge { node: Item }
  type Item @key(fields: "id") { id: ID! name: String items(last: Int): [Item!]! }
`;
/** Another service says what its part of an entity costs. */
const reviews = `${link('"@key", "@cost", "@listSize"')}
  type Item @key(fields: "id") { id: ID! reviews(first: Int = 4): [Review!]! @listSize(slicingArguments: ["first"]) @cost(weight: 2) }
  type Review { text: String }
`;

function composed(subgraphs: Readonly<Record<string, string>>) {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `http://${name}`, typeDefs: parse(sdl) })),
  );
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return {
    schema: Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema(),
    costs: createCostTable(supergraphSdl),
  };
}

function weigh(
  { schema, costs }: ReturnType<typeof composed>,
  query: string,
  sent: Readonly<Record<string, unknown>> = {},
): OperationCost {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], sent);
  return operationCost({ schema, costs, operation, fragments: fragmentsOf(document), variables: coerced });
}

const graph = composed({ library, reviews });
const costOf = (query: string, variables?: Readonly<Record<string, unknown>>) =>
  weigh(graph, query, variables).cost;

describe('weights of fields and types', () => {
  test.each([
    ['{ leaf }', 0],
    ['{ one { name } }', 1],
    ['{ plain { name } }', 10],
    ['{ texts }', 0],
    ['{ heavyField }', 50],
    ['{ lightObject { name } }', 0],
    ['{ heavyItems { name } }', 4 * 5],
    ['{ vast { id } }', 40],
    ['{ vast { item { name } } }', 40 + 1],
    ['{ vasts { item { name } } }', 3 * (40 + 1)],
    ['{ lightVast { id } }', 2],
    ['{ slow }', 30],
    ['{ dear }', 15],
    ['{ one { name } again: one { name } }', 2],
    ['{ __schema { types { name } } one { __typename } }', 1],
    ['mutation { change { name } }', 10 + 1],
    ['mutation { free }', 10],
    ['mutation { a: change { id } b: change { id } }', 10 + 2],
    ['mutation { heavy(input: {}) { id } }', 10 + 50 + 1],
    ['subscription { changed { name } }', 1],
  ])('%s costs %i', (query, cost) => expect(costOf(query)).toBe(cost));
});

describe('a union or an interface weighs what the heaviest of its types does', () => {
  test.each([
    ['{ either { __typename } }', 40],
    ['{ either { ... on Item { items(last: 2) { name } } ... on Vast { item { id } } } }', 40 + 2 + 1],
    ['{ media { __typename } }', 6],
    ['{ medium { __typename } }', 2 * 6],
    ['{ media { id } }', 6 + 9],
    ['{ media { ... on Book { id } } }', 6 + 1],
    // The longer of the two lists, by the heavier of the two fields.
    ['{ media { parts { name } } }', 6 + 4 * 3],
    ['{ media { parts(first: 7) { name } } }', 6 + 7 * 3],
    ['{ media { ... on Film { parts(first: 7) { name } } } }', 6 + 4 * 3],
  ])('%s costs %i', (query, cost) => expect(costOf(query)).toBe(cost));
});

describe('weights of arguments and input fields', () => {
  test.each([
    ['{ argument }', 0],
    ['{ argument(of: 1) }', 10],
    ['{ argument(of: null) }', 0],
    ['{ byDefault }', 10],
    ['{ byDefault(of: null) }', 0],
    ['{ ids(of: ["a", "b", "c"]) { id } }', 1 + 2 + 3 * 2],
    ['{ ids { id } }', 1],
    ['{ typed(dear: A) }', 15],
    ['{ typed(slow: "x") }', 30],
    ['{ typed(slows: ["x", "y"]) }', 2 * 30],
    ['{ json(of: { a: [1, { b: 2 }] }) }', 0],
    ['{ find { id } }', 1],
    ['{ find(by: {}) { id } }', 1 + 1],
    ['{ find(by: { heavy: false }) { id } }', 1 + 1 + 7],
    ['{ find(by: { deep: { deep: { heavy: true } } }) { id } }', 1 + 3 + 7],
    ['{ find(by: { slow: 1 }) { id } }', 1 + 1 + 30],
    ['{ find(by: { list: [{}, { heavy: true }] }) { id } }', 1 + 1 + 2 + 7],
    ['{ find(by: { free: [{}, {}, { heavy: true }] }) { id } }', 1 + 1 + 7],
    ['{ search(by: [{}, {}]) { id } }', 1 + 2],
    ['{ open }', 0],
    ['{ open(by: {}) }', 1 + 1 + 7],
    // Arguments count once a call, not once an item.
    ['{ plain { items(last: 2) { id } } }', 10 + 10 * 2],
    ['{ cheaper(only: true) { id } }', 40 - 3],
    ['{ tooCheap(only: true) { item { id } } }', 0 + 1],
    ['{ a: tooCheap(only: true) { id } heavyField }', 50],
  ])('%s costs %i', (query, cost) => expect(costOf(query)).toBe(cost));

  test.each([
    ['query ($n: Int) { argument(of: $n) }', { n: 3 }, 10],
    ['query ($n: Int) { argument(of: $n) }', { n: null }, 0],
    ['query ($n: Int) { argument(of: $n) }', {}, 0],
    ['query ($n: Int) { byDefault(of: $n) }', {}, 10],
    ['query ($n: Int = 4) { argument(of: $n) }', {}, 10],
    ['query ($i: [ID!]) { ids(of: $i) { id } }', { i: ['a', 'b'] }, 1 + 2 + 2 * 2],
    ['query ($i: [ID!]) { ids(of: $i) { id } }', { i: 'a' }, 1 + 2 + 2],
    ['query ($f: Filter) { find(by: $f) { id } }', { f: { deep: { heavy: true } } }, 1 + 2 + 7],
    ['query ($f: Filter!) { find(by: { deep: $f }) { id } }', { f: { list: [{}, {}] } }, 1 + 2 + 2],
    ['query ($f: Filter!) { search(by: [$f, $f]) { id } }', { f: { heavy: true } }, 1 + 2 * 8],
    ['query ($o: Opened) { open(by: $o) }', { o: {} }, 1 + 1 + 7],
    ['query ($j: Json) { json(of: $j) }', { j: [{ heavy: true }] }, 0],
  ])('%s with %j costs %i', (query, variables, cost) => expect(costOf(query, variables)).toBe(cost));
});

describe('sizes of lists', () => {
  test.each([
    ['{ first { name } }', 5],
    ['{ first(first: 2) { name } }', 2],
    ['{ first(first: 3) { items(last: 4) { name } } }', 3 + 3 * 4],
    ['{ assumed { name } }', 3],
    // Where the schema says what sizes a list, no name is taken for more than that.
    ['{ assumed(first: 1000) { name } }', 3],
    ['{ sized { name } }', 7],
    ['{ sized(size: 2) { name } }', 2],
    ['{ sized(size: 2, other: 9) { name } }', 9],
    ['{ sized(size: 9, other: 2) { name } }', 9],
    ['{ unlimited { name } }', 10],
    ['{ unlimited(size: 0) { name } }', 0],
    ['{ heavyField unlimited(size: -100) { name } }', 50],
    ['{ defaulted { name } }', 8],
    ['{ defaulted(first: null) { name } }', 8],
    ['{ connection(first: 6) { total edges { node { name } } } }', 1 + 6 * 2],
    ['{ connection { edges { node { name } } } }', 1 + 20 * 2],
    // Only what `sizedFields` names is sized.
    ['{ connection(first: 6) { nodes { name } } }', 1 + 10],
    ['{ connection(first: 6) { ...Page } } fragment Page on Connection { edges { node { id } } }', 1 + 6 * 2],
    ['{ undeclared(first: 3) { nodes { name } } }', 1 + 3],
    ['{ one { reviews { text } } }', 1 + 4 * 2],
    ['{ one { reviews(first: 9) { text } } }', 1 + 9 * 2],
  ])('%s costs %i', (query, cost) => expect(costOf(query)).toBe(cost));

  test.each([
    ['query ($n: Int) { sized(size: $n) { name } }', { n: 4 }, 4],
    ['query ($n: Int) { sized(size: $n) { name } }', { n: null }, 7],
    ['query ($n: Int) { sized(size: $n) { name } }', {}, 7],
    ['query ($n: Int, $m: Int) { sized(size: $n, other: $m) { name } }', { n: 4, m: 6 }, 6],
    ['query ($n: Int = 3) { first(first: $n) { name } }', {}, 3],
    ['query ($n: Int) { first(first: $n) { name } }', {}, 5],
  ])('%s with %j costs %i', (query, variables, cost) => expect(costOf(query, variables)).toBe(cost));
});

describe('what `@skip` and `@include` leave out costs nothing', () => {
  test.each([
    ['{ heavyField @skip(if: true) }', {}, 0],
    ['{ heavyField @include(if: false) }', {}, 0],
    ['{ heavyField @skip(if: false) @include(if: true) }', {}, 50],
    ['query ($on: Boolean!) { heavyField @include(if: $on) }', { on: false }, 0],
    ['query ($on: Boolean!) { heavyField @include(if: $on) }', { on: true }, 50],
    ['query ($on: Boolean!) { ... @skip(if: $on) { heavyField } }', { on: true }, 0],
    ['query ($on: Boolean!) { ...F @skip(if: $on) } fragment F on Query { heavyField }', { on: false }, 50],
  ])('%s with %j costs %i', (query, variables, cost) => expect(costOf(query, variables)).toBe(cost));
});

describe('a list that needs exactly one slicing argument', () => {
  const unsizedBy = (query: string, variables?: Readonly<Record<string, unknown>>) =>
    weigh(graph, query, variables).unsized;
  const named = { field: 'Query.exactly', slicingArguments: ['first', 'last'] };

  test.each([
    ['{ exactly { id } }', {}, { ...named, given: 0 }],
    ['{ exactly(first: 1, last: 1) { id } }', {}, { ...named, given: 2 }],
    ['query ($n: Int) { exactly(first: $n) { id } }', {}, { ...named, given: 0 }],
    ['query ($n: Int) { exactly(first: $n) { id } }', { n: null }, { ...named, given: 0 }],
    ['query ($n: Int) { exactly(first: $n, last: 3) { id } }', { n: 2 }, { ...named, given: 2 }],
    ['{ one { items { id } } exactly { id } }', {}, { ...named, given: 0 }],
  ])('refuses %s with %j', (query, variables, expected) =>
    expect(unsizedBy(query, variables)).toEqual(expected),
  );

  test.each([
    ['{ exactly(first: 1) { id } }', {}],
    ['{ exactly(first: 1, last: null) { id } }', {}],
    ['query ($n: Int) { exactly(last: $n) { id } }', { n: 2 }],
    ['{ exactly @skip(if: true) { id } }', {}],
    ['{ defaulted { id } connection { total } }', {}],
    ['{ sized { id } sizes: sized(size: 1, other: 2) { id } unlimited { id } }', {}],
  ])('takes %s with %j', (query, variables) => expect(unsizedBy(query, variables)).toBeUndefined());
});

describe('composition', () => {
  const prices = (weight: number) => `${link('"@shareable", "@cost", "@listSize"')}
    type Query @shareable { shared(first: Int = 1, last: Int): [Thing!]! @cost(weight: ${weight}) @listSize(slicingArguments: ["${weight > 5 ? 'first' : 'last'}"], assumedSize: ${weight}, requireOneSlicingArgument: false) }
    type Thing @shareable { id: ID }`;

  test('takes the greatest weight and all slicing arguments of services that share a field', () => {
    const shared = composed({ a: prices(3), b: prices(9) });
    expect(weigh(shared, '{ shared { id } }').cost).toBe(1 * 9);
    expect(weigh(shared, '{ shared(last: 4) { id } }').cost).toBe(4 * 9);
  });

  test('may keep a name of its own for a directive', () => {
    const renamed = composed({
      a: `${link('{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@length" }')}
        type Query { heavy: Int @price(weight: 7) many: [Int!] @length(assumedSize: 3) @price(weight: 2) }`,
    });
    expect(weigh(renamed, '{ heavy }').cost).toBe(7);
    expect(weigh(renamed, '{ many }').cost).toBe(3 * 2);
  });

  test('keeps them where no name was imported', () => {
    const prefixed = composed({
      a: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
        type Query { heavy(by: In): Int @federation__cost(weight: 7) many: [Int!] @federation__listSize(assumedSize: 3) @federation__cost(weight: 2) }
        input In { x: Int @federation__cost(weight: 5) }`,
    });
    expect(weigh(prefixed, '{ heavy(by: { x: 1 }) }').cost).toBe(7 + 1 + 5);
    expect(weigh(prefixed, '{ many }').cost).toBe(3 * 2);
  });

  test('gives what a service adds to an interface to each of its types', () => {
    const added = composed({
      a: `${link('"@key"')} type Query { one: One }
        interface Node @key(fields: "id") { id: ID! } type One implements Node @key(fields: "id") { id: ID! }`,
      b: `${link('"@key", "@interfaceObject", "@cost", "@listSize"')}
        type Node @key(fields: "id") @interfaceObject { id: ID! notes: [Note!]! @cost(weight: 3) @listSize(assumedSize: 6) } type Note { text: String }`,
    });
    expect(weigh(added, '{ one { notes { text } } }').cost).toBe(1 + 6 * 3);
  });
});
