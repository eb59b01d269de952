import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'describes the graph without asking anybody',
    query: '{ __schema { queryType { name } mutationType { name } } }',
    data: { __schema: { queryType: { name: 'Query' }, mutationType: null } },
    fetches: {},
  },
  {
    title: 'describes beside what it fetches',
    query: '{ hello __type(name: "Thing") { name description kind } }',
    data: { hello: 'hello you', __type: { name: 'Thing', description: 'A thing.', kind: 'OBJECT' } },
    fetches: { a: 1 },
  },
  {
    title: 'takes variables in descriptions and in fields',
    query:
      'query ($t: String!, $n: String) { hello(name: $n) type: __type(name: $t) { name enumValues { name } } }',
    variables: { t: 'Unit', n: 'all' },
    data: { hello: 'hello all', type: { name: 'Unit', enumValues: [{ name: 'CM' }, { name: 'INCH' }] } },
  },
  {
    title: 'shows arguments, defaults and deprecations',
    query:
      '{ __type(name: "Thing") { fields(includeDeprecated: true) { name isDeprecated args { name defaultValue } } } }',
    data: {
      __type: {
        fields: [
          { name: 'id', isDeprecated: false, args: [] },
          { name: 'size', isDeprecated: false, args: [{ name: 'unit', defaultValue: 'CM' }] },
          { name: 'old', isDeprecated: true, args: [] },
        ],
      },
    },
  },
  {
    title: 'describes within fragments that are switched',
    query:
      'query ($on: Boolean!) { ...Parts @include(if: $on) hello } fragment Parts on Query { a: __type(name: "Thing") { name } b: __type(name: "Nothing") { name } }',
    variables: { on: true },
    data: { a: { name: 'Thing' }, b: null, hello: 'hello you' },
  },
  {
    title: 'leaves out what is switched off',
    query: 'query ($on: Boolean!) { __schema @include(if: $on) { queryType { name } } hello }',
    variables: { on: false },
    data: { hello: 'hello you' },
  },
];
