import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has each alias with its own arguments',
    query: '{ picture(id: "p1") { small: url(size: 10) large: url(size: 99, format: "png") } }',
    data: { picture: { small: 'p1@10', large: 'p1@99.png' } },
  },
  {
    title: 'has one name with other arguments on each type',
    query: '{ pictures { ... on Photo { url(size: 1) } ... on Drawing { url(size: 2) } } }',
    data: { pictures: [{ url: 'p1@1' }, { url: 'p2@2' }] },
  },
  {
    title: 'has one name with other arguments on each type in another service',
    query:
      '{ pictures { ... on Photo { c: comments(first: 2) } ... on Drawing { c: comments(first: 1, by: "ada") } } }',
    data: { pictures: [{ c: ['all0', 'all1'] }, { c: ['ada0'] }] },
  },
  {
    title: 'has one name for two fields on two types',
    query: '{ pictures { ... on Photo { x: id } ... on Drawing { x: title } } }',
    data: { pictures: [{ x: 'p1' }, { x: 'a drawing' }] },
  },
  {
    title: 'takes arguments from variables, and defaults where they are absent',
    query:
      'query ($size: Int!, $first: Int! = 2, $by: String) { picture(id: "p1") { url(size: $size) ... on Photo { comments(first: $first, by: $by) } } }',
    variables: { size: 5 },
    data: { picture: { url: 'p1@5', comments: ['all0', 'all1'] } },
  },
  {
    title: 'passes a variable to each service that uses it, and to no other',
    query: 'query ($n: Int!) { add(a: $n) picture(id: "p1") { ... on Photo { likes(since: $n) } } }',
    variables: { n: 4 },
    data: { add: 5, picture: { likes: 4 } },
  },
  {
    title: 'has one root field several times',
    query:
      '{ one: picture(id: "p1") { id } two: picture(id: "p2") { id } three: add(a: 1) four: add(a: 1, b: 3) }',
    data: { one: { id: 'p1' }, two: { id: 'p2' }, three: 2, four: 4 },
    fetches: { pictures: 1 },
  },
  {
    title: 'merges selections of one field that is asked for twice',
    query: '{ picture(id: "p1") { id } picture(id: "p1") { ... on Photo { comments } url(size: 1) } }',
    data: { picture: { id: 'p1', comments: ['all0'], url: 'p1@1' } },
  },
];
