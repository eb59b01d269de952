import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has for each event what other services know of it',
    query: 'subscription { ticked(topic: "t") { number author { name } } }',
    events: [
      { data: { ticked: { number: 0, author: { name: 'Ada' } } } },
      { data: { ticked: { number: 1, author: { name: 'Bob' } } } },
      { data: { ticked: { number: 2, author: { name: 'Ada' } } } },
      { data: { ticked: { number: 3, author: null } } },
    ],
    fetches: { people: 3 },
  },
  {
    title: 'has the errors of each event at their places under the names of the client',
    query:
      'subscription ($s: Style) { t: ticked(topic: "t") { n: text(style: $s) a: author { shy } shaky } }',
    variables: { s: 'LOUD' },
    events: [
      { data: { t: { n: '#0!', a: { shy: 'hello' }, shaky: 'even' } } },
      {
        data: { t: { n: '#1!', a: { shy: null }, shaky: null } },
        errors: [
          { code: 'SHAKY', path: ['t', 'shaky'], service: 'feed' },
          { code: 'SHY', path: ['t', 'a', 'shy'], service: 'people' },
        ],
      },
      { data: { t: { n: '#2!', a: { shy: 'hello' }, shaky: 'even' } } },
      {
        data: { t: { n: '#3!', a: null, shaky: null } },
        errors: [{ code: 'SHAKY', path: ['t', 'shaky'], service: 'feed' }],
      },
    ],
  },
  {
    title: 'goes on behind an event that has no data',
    query: 'subscription { ticked(topic: "t", from: 1) { brittle } }',
    events: [
      { data: { ticked: { brittle: 'whole' } } },
      { data: null, errors: [{ code: 'BRITTLE', path: ['ticked', 'brittle'], service: 'feed' }] },
      { data: { ticked: { brittle: 'whole' } } },
      { data: { ticked: { brittle: 'whole' } } },
    ],
  },
  {
    title: 'has of an interface what fits, and null for entities that are not there',
    query: 'subscription { arrived { __typename ... on Book { title } owner { id name } } }',
    events: [
      { data: { arrived: { __typename: 'Book', title: 'On Feeds', owner: { id: 'ada', name: 'Ada' } } } },
      { data: { arrived: null } },
      {
        data: { arrived: { __typename: 'Film', owner: null } },
        errors: [{ code: 'SUBGRAPH_BAD_ANSWER', path: ['arrived', 'owner', 'name'] }],
      },
      {
        data: { arrived: null },
        errors: [{ code: 'SUBGRAPH_BAD_ANSWER', path: ['arrived', 'title'] }],
      },
    ],
  },
  {
    title: 'has of a union what fits, with arguments and switches by variables',
    query: `subscription ($on: Boolean!) {
      named { ...Who ... on Book @include(if: $on) { title } }
    } fragment Who on Person { id name @skip(if: $on) }`,
    variables: { on: true },
    events: [
      { data: { named: { id: 'bob' } } },
      { data: { named: { title: 'On Feeds' } } },
      { data: { named: { id: 'ghost' } } },
    ],
  },
];
