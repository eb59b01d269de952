import { byKey, type FederationGraph, imports, refuse } from '../suite.ts';

const people = [
  { id: 'p1', friends: ['p2', 'p3'] },
  { id: 'p2', friends: ['p3'] },
  { id: 'p3', friends: [] },
];
const linked = ({ id }: { id: string }) =>
  byKey(people, 'id')({ id })?.friends.map((friend) => ({ id: friend })) ?? [];

export const graph: FederationGraph = {
  about: 'errors of services: their codes, and the places they belong to',
  subgraphs: {
    people: {
      sdl: `${imports('@key')}
        type Query { people: [Person!]! person(id: ID!): Person oops: Int plain: Int }
        type Person @key(fields: "id") { id: ID! friends: [Person!]! }`,
      resolvers: {
        Query: {
          people: () => people,
          person: (_: unknown, { id }: { id: string }) => byKey(people, 'id')({ id }),
          oops: () => refuse('OOPS', 'Oops.'),
          plain: () => {
            throw new Error('Plain.');
          },
        },
        Person: { __resolveReference: byKey(people, 'id'), friends: linked },
      },
    },
    secrets: {
      sdl: `${imports('@key')}
        type Person @key(fields: "id") { id: ID! secret: String list: [Entry] }
        type Entry { text: String }`,
      resolvers: {
        Person: {
          secret: ({ id }: { id: string }) => (id === 'p3' ? refuse('SECRET', 'Not telling.') : `of ${id}`),
          list: () => [{ text: 'ok' }, { text: 'bad' }],
        },
        Entry: { text: ({ text }: { text: string }) => (text === 'bad' ? refuse('BAD', 'Bad.') : text) },
      },
    },
  },
};
