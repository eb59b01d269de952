import type { FederationCase } from '../suite.ts';

const onThing = 'query ($yes: Boolean!) { thing { a b @include(if: $yes) deep @skip(if: $yes) { x } } }';

export const cases: readonly FederationCase[] = [
  {
    title: 'has what is included',
    query: onThing,
    variables: { yes: true },
    data: { thing: { a: 'A', b: 'B' } },
  },
  {
    title: 'has what is not skipped',
    query: onThing,
    variables: { yes: false },
    data: { thing: { a: 'A', deep: { x: 1 } } },
  },
  {
    title: 'asks no service of which everything is left out',
    query: 'query ($yes: Boolean!) { thing { a ... @include(if: $yes) { b deep { x } } } }',
    variables: { yes: false },
    data: { thing: { a: 'A' } },
    fetches: { a: 1 },
  },
  {
    title: 'asks nobody at all where everything is left out',
    query: '{ count @skip(if: true) other @include(if: false) }',
    data: {},
    fetches: {},
  },
  {
    title: 'uses the default of a variable',
    query: 'query ($yes: Boolean = false) { count other @include(if: $yes) }',
    data: { count: 3 },
    fetches: { a: 1 },
  },
  {
    title: 'needs both conditions to hold',
    query: 'query ($in: Boolean!, $out: Boolean!) { count @include(if: $in) @skip(if: $out) other }',
    variables: { in: true, out: true },
    data: { other: 4 },
  },
  {
    title: 'has a field that is included by one of two fragments',
    query:
      'query ($one: Boolean!, $two: Boolean!) { thing { ...One @include(if: $one) ...Two @include(if: $two) } } fragment One on Thing { deep { x } } fragment Two on Thing { deep { y } b }',
    variables: { one: false, two: true },
    data: { thing: { deep: { y: 2 }, b: 'B' } },
  },
  {
    title: 'evaluates conditions within conditions',
    query:
      'query ($a: Boolean!, $b: Boolean!) { thing @include(if: $a) { a deep @include(if: $b) { x y @skip(if: $a) } } }',
    variables: { a: true, b: true },
    data: { thing: { a: 'A', deep: { x: 1 } } },
  },
  {
    title: 'is null for an object of which every field is left out',
    query: 'query ($no: Boolean!) { thing { a @include(if: $no) } count }',
    variables: { no: false },
    data: { thing: {}, count: 3 },
  },
];
