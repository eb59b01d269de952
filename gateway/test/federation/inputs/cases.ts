import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has literals with their defaults',
    query: '{ echo(input: { ids: ["1", 2], nested: { kind: LARGE } }) }',
    data: { echo: '{"text":"none","kind":"SMALL","ids":["1","2"],"nested":{"text":"none","kind":"LARGE"}}' },
  },
  {
    title: 'has an object of variables',
    query: 'query ($f: Filter!) { echo(input: $f) }',
    variables: { f: { text: 'a "b" \\ \u2028 é', size: 1.5, flag: false, ids: [] } },
    data: { echo: '{"text":"a \\"b\\" \\\\ \u2028 é","kind":"SMALL","ids":[],"size":1.5,"flag":false}' },
  },
  {
    title: 'has variables inside literals',
    query: 'query ($t: String, $k: Kind!) { echo(input: { text: $t, kind: $k }) }',
    variables: { t: null, k: 'LARGE' },
    data: { echo: '{"text":null,"kind":"LARGE"}' },
  },
  {
    title: 'leaves out a variable that is absent',
    query: 'query ($t: String, $n: Filter) { echo(input: { text: $t, nested: $n }) }',
    data: { echo: '{"text":"none","kind":"SMALL"}' },
  },
  {
    title: 'passes scalars that only their service knows',
    query: 'query ($j: Json) { json(input: $j) }',
    variables: { j: { a: [1, { b: null }], __typename: 'x' } },
    data: { json: { a: [1, { b: null }], __typename: 'x' } },
  },
  {
    title: 'passes lists of lists, and makes a list of one value',
    query: 'query ($l: [[Int!]!]) { list(of: $l) one: list(of: 5) }',
    variables: { l: [[1, 2], [], [3]] },
    data: { list: [[1, 2], [], [3]], one: [[5]] },
  },
  {
    title: 'passes variables to the service of an entity',
    query: 'query ($f: Filter!) { page { find(input: $f) } }',
    variables: { f: { kind: 'LARGE', ids: 'one' } },
    data: { page: { find: '{"text":"none","kind":"LARGE","ids":["one"]}' } },
  },
];
