import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'goes round once',
    query: '{ book(id: "b1") { author { name books { title } } } }',
    data: { book: { author: { name: 'Ada', books: [{ title: 'One' }, { title: 'Two' }] } } },
  },
  {
    title: 'goes round twice',
    query: '{ author(id: "a1") { books { author { books { title author { name } } } } } }',
    data: {
      author: {
        books: ['One', 'Two'].map(() => ({
          author: {
            books: [
              { title: 'One', author: { name: 'Ada' } },
              { title: 'Two', author: { name: 'Ada' } },
            ],
          },
        })),
      },
    },
  },
  {
    title: 'never asks a service that only refers to a type for it',
    query: '{ author(id: "a1") { id books { id } } }',
    data: { author: { id: 'a1', books: [{ id: 'b1' }, { id: 'b2' }] } },
    fetches: { authors: 1 },
  },
  {
    title: 'goes on within one service while it can',
    query: '{ book(id: "b1") { next { title next { title } author { id } } } }',
    data: { book: { next: { title: 'Two', next: null, author: { id: 'a1' } } } },
    fetches: { books: 1 },
  },
];
