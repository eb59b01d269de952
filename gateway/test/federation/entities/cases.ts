import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has fields of both services',
    query: '{ user(id: "u1") { name reviews { text } } }',
    data: { user: { name: 'Ada', reviews: [{ text: 'Good.' }, { text: 'Fine.' }] } },
    fetches: { users: 1, reviews: 1 },
  },
  {
    title: 'asks one service where one is enough',
    query: '{ user(id: "u1") { id name } }',
    data: { user: { id: 'u1', name: 'Ada' } },
    fetches: { users: 1 },
  },
  {
    title: 'is null, without a second fetch, where there is no entity',
    query: '{ user(id: "u9") { name reviews { text } } }',
    data: { user: null },
    fetches: { users: 1 },
  },
  {
    title: 'asks for each entity of a list once, and gives it to all that refer to it',
    query: '{ reviews { id author { name } } }',
    data: {
      reviews: [
        { id: 'r1', author: { name: 'Ada' } },
        { id: 'r2', author: { name: 'Bob' } },
        { id: 'r3', author: { name: 'Ada' } },
        { id: 'r4', author: null },
      ],
    },
    errors: [{ code: 'SUBGRAPH_BAD_ANSWER', path: ['reviews', 3, 'author', 'name'] }],
    fetches: { reviews: 1, users: 1 },
    entities: { users: 3 },
  },
  {
    title: 'goes back and forth between the services',
    query: '{ review(id: "r1") { author { bestFriend { name reviews { author { name } } } } } }',
    data: { review: { author: { bestFriend: { name: 'Bob', reviews: [{ author: { name: 'Bob' } }] } } } },
  },
  {
    title: 'leaves out the keys that were fetched on the way',
    query: '{ users { reviews { text } } }',
    data: { users: [{ reviews: [{ text: 'Good.' }, { text: 'Fine.' }] }, { reviews: [{ text: 'Bad.' }] }] },
  },
  {
    title: 'has its fields in the order of the query',
    query: '{ user(id: "u1") { reviews { text id } name id } }',
    data: {
      user: {
        reviews: [
          { text: 'Good.', id: 'r1' },
          { text: 'Fine.', id: 'r3' },
        ],
        name: 'Ada',
        id: 'u1',
      },
    },
  },
  {
    title: 'has no key of an entity that no service could find',
    query: '{ review(id: "r4") { author { id } } }',
    data: { review: { author: { id: 'nobody' } } },
    fetches: { reviews: 1 },
  },
];
