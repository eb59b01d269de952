import { byKey, type FederationGraph, imports } from '../suite.ts';

const books = [
  { id: 'b1', title: 'One' },
  { id: 'b2', title: 'Two' },
];
const authors = [{ id: 'a1', name: 'Ada', books: ['b1', 'b2'] }];

export const graph: FederationGraph = {
  about: 'types that refer to each other across services',
  subgraphs: {
    books: {
      sdl: `${imports('@key')}
        type Query { book(id: ID!): Book }
        type Book @key(fields: "id") { id: ID! title: String! author: Author next: Book }
        type Author @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: { book: (_: unknown, { id }: { id: string }) => byKey(books, 'id')({ id }) },
        Book: {
          __resolveReference: byKey(books, 'id'),
          author: () => ({ id: 'a1' }),
          next: ({ id }: { id: string }) => (id === 'b1' ? books[1] : null),
        },
      },
    },
    authors: {
      sdl: `${imports('@key')}
        type Query { author(id: ID!): Author }
        type Author @key(fields: "id") { id: ID! name: String! books: [Book!]! }
        type Book @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: { author: (_: unknown, { id }: { id: string }) => byKey(authors, 'id')({ id }) },
        Author: {
          __resolveReference: byKey(authors, 'id'),
          books: ({ books: ids }: { books: readonly string[] }) => ids.map((id) => ({ id })),
        },
      },
    },
  },
};
