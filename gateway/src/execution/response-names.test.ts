import { parse, print } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type FieldSetNames, fieldSetNames, separateResponseNames } from './response-names.ts';

const none: FieldSetNames = { all: new Set(['__typename']), withArguments: new Set() };
const keyed: FieldSetNames = {
  all: new Set(['__typename', 'id', 'price']),
  withArguments: new Set(['price']),
};

const separated = (query: string, reserved = none) => {
  const { document, clientNames } = separateResponseNames(parse(query), reserved);
  return [print(document).replace(/\s+/g, ' '), Object.fromEntries(clientNames)];
};

describe('names of fields', () => {
  test('stay as they are where each means one thing', () => {
    const query = '{ a(x: 1) { b } c: b { a(x: 1) } }';
    const document = parse(query);
    const result = separateResponseNames(document, none);
    expect(result.document).toBe(document);
    expect(result.clientNames.size).toBe(0);
  });

  test('are separated where one means several things, once for each meaning', () => {
    expect(separated('{ ... on A { x: a(n: 1) } ... on B { x: a(n: 2) } ... on C { x: a(n: 1) } }')).toEqual([
      '{ ... on A { as0_x: a(n: 1) } ... on B { as1_x: a(n: 2) } ... on C { as0_x: a(n: 1) } }',
      { as0_x: 'x', as1_x: 'x' },
    ]);
  });

  test('take no account of the order of arguments', () => {
    expect(separated('{ a { f(x: 1, y: 2) } b { f(y: 2, x: 1) } }')[1]).toEqual({});
  });

  test('are separated from those of field sets, where they mean another field or have arguments', () => {
    expect(separated('{ a { id price name } }', keyed)[1]).toEqual({ as0_price: 'price' });
    expect(separated('{ a { id: name } }', keyed)[1]).toEqual({ as0_id: 'id' });
    expect(separated('{ a { id(x: 1) } }', keyed)[1]).toEqual({ as0_id: 'id' });
    expect(separated('{ a { __typename: name } }')[1]).toEqual({ as0_typename: '__typename' });
  });

  test('are never those of members of every object', () => {
    expect(separated('{ constructor __proto__: a }')[1]).toEqual({
      as0_constructor: 'constructor',
      as1_proto__: '__proto__',
    });
  });

  test('are given so that they meet none of the document', () => {
    expect(separated('{ as0_id a { id: as0_ } }', keyed)).toEqual([
      '{ as0_id a { as_0_id: as0_ } }',
      { as_0_id: 'id' },
    ]);
  });
});

test('the names in field sets are read from the supergraph', () => {
  const { all, withArguments } = fieldSetNames(`
    type A @join__type(graph: X, key: "id owner { uuid }") {
      b: Int @join__field(graph: X, requires: "price(currency: \\"EUR\\") ... on C { d }")
    }`);
  expect([...all].sort()).toEqual([
    'C',
    'EUR',
    '__typename',
    'currency',
    'd',
    'id',
    'on',
    'owner',
    'price',
    'uuid',
  ]);
  expect([...withArguments]).toEqual(['price']);
});
