import { type FederationGraph, imports } from '../suite.ts';

const crowd = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }));

export const graph: FederationGraph = {
  about: 'lists of more entities than a service is asked for at once',
  subgraphs: {
    lists: {
      sdl: `${imports('@key')}
        type Query { crowd(count: Int!): [Person!]! }
        type Person @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: { Query: { crowd: (_: unknown, { count }: { count: number }) => crowd(count) } },
    },
    people: {
      sdl: `${imports('@key')}
        type Person @key(fields: "id") { id: ID! name: String }`,
      resolvers: { Person: { name: ({ id }: { id: string }) => `p${id}` } },
    },
  },
};
