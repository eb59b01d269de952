import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'takes the argument from the object above',
    query: '{ user(id: "u1") { posts { title } } }',
    data: { user: { posts: [{ title: 'p1 in fr' }, { title: 'p2 in fr' }] } },
  },
  {
    title: 'takes it from the object above each, although it is the same entity',
    query: '{ users { posts { title } } }',
    data: {
      users: [{ posts: [{ title: 'p1 in fr' }, { title: 'p2 in fr' }] }, { posts: [{ title: 'p1 in de' }] }],
    },
  },
  {
    title: 'takes it from whichever type is above',
    query: '{ users { first { title } } teams { posts { title likes } } }',
    data: {
      users: [{ first: { title: 'p1 in fr' } }, { first: { title: 'p1 in de' } }],
      teams: [{ posts: [{ title: 'p2 in it', likes: 3 }] }],
    },
  },
  {
    title: 'takes it from the nearest above',
    query: '{ teams { lead { posts { title } } posts { title } } }',
    data: {
      teams: [
        { lead: { posts: [{ title: 'p1 in fr' }, { title: 'p2 in fr' }] }, posts: [{ title: 'p2 in it' }] },
      ],
    },
  },
  {
    title: 'takes it from further above',
    query: '{ users { first { comment { text } } } }',
    data: {
      users: [{ first: { comment: { text: 'c-p1 in fr' } } }, { first: { comment: { text: 'c-p1 in de' } } }],
    },
  },
  {
    title: 'leaves the field that it takes behind, and keeps one that was asked for',
    query: '{ users { locale first { title } } }',
    data: {
      users: [
        { locale: 'fr', first: { title: 'p1 in fr' } },
        { locale: 'de', first: { title: 'p1 in de' } },
      ],
    },
  },
  {
    title: 'works under aliases',
    query: '{ users { locale: id it: first { t: title } } }',
    data: {
      users: [
        { locale: 'u1', it: { t: 'p1 in fr' } },
        { locale: 'u2', it: { t: 'p1 in de' } },
      ],
    },
  },
];
