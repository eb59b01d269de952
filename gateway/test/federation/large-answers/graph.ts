import { type FederationGraph, imports, refuse } from '../suite.ts';

interface Notes {
  readonly count: number;
  readonly letters: number;
  readonly authors: number;
}

const notes = ({ count, letters, authors }: Notes) =>
  Array.from({ length: count }, (_, index) => ({
    text: 'x'.repeat(letters),
    author: { id: String(index % authors) },
  }));

/** An author's portrait has a thousand letters, and so has the reason why there is no age. */
const thousand = 'o'.repeat(1_000);

export const graph: FederationGraph = {
  about: 'answers that would be larger than 20 kB',
  maxAnswerBytes: 20_000,
  subgraphs: {
    notes: {
      sdl: `${imports('@key')}
        type Query { notes(count: Int!, letters: Int!, authors: Int!): [Note!] }
        type Note { text: String! author: Author! }
        type Author @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: { Query: { notes: (_: unknown, args: Notes) => notes(args) } },
    },
    people: {
      sdl: `${imports('@key')}
        type Author @key(fields: "id") { id: ID! portrait: String age: Int }`,
      resolvers: {
        Author: {
          __resolveReference: ({ id }: { id: string }) => ({ id }),
          portrait: () => thousand,
          age: () => refuse('UNSAID', thousand),
        },
      },
    },
    places: {
      sdl: `${imports('@key')}
        type Author @key(fields: "id") { id: ID! city: String }`,
      resolvers: { Author: { city: ({ id }: { id: string }) => `city ${id}` } },
    },
  },
};
