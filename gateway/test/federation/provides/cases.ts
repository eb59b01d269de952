import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'needs no other service for a field that is provided',
    query: '{ posts { title author { name } } }',
    data: { posts: [{ title: 'Notes', author: { name: 'Ada' } }] },
    fetches: { posts: 1 },
  },
  {
    title: 'asks the other service where the path does not provide it',
    query: '{ posts { editor { name } } }',
    data: { posts: [{ editor: { name: 'Bob' } }] },
    fetches: { posts: 1, accounts: 1 },
  },
  {
    title: 'asks for what is not provided, beside what is',
    query: '{ posts { author { name age } editor { name } } }',
    data: { posts: [{ author: { name: 'Ada', age: 36 }, editor: { name: 'Bob' } }] },
  },
  {
    title: 'takes provided fields of an object within',
    query: '{ byAda { name profile { motto } } }',
    data: { byAda: { name: 'Ada', profile: { motto: 'I am Ada' } } },
    fetches: { posts: 1 },
  },
  {
    title: 'completes an object of which a part is provided',
    query: '{ byAda { profile { motto color } } }',
    data: { byAda: { profile: { motto: 'I am Ada', color: 'red' } } },
  },
  {
    title: 'is the same where nothing is provided',
    query: '{ anybody { name profile { motto } } }',
    data: { anybody: { name: 'Bob', profile: { motto: 'I am Bob' } } },
    fetches: { posts: 1, accounts: 1 },
  },
];
