import { byKey, type FederationGraph, imports } from '../suite.ts';

const people = [
  { id: 'p1', name: 'Ada', address: { city: 'London', lines: ['1', '2'] }, pet: { id: 'd1' } },
  { id: 'p2', name: 'Bob', address: null, pet: null },
];

export const graph: FederationGraph = {
  about: 'one entity in many places: asked for once, and nowhere shared',
  subgraphs: {
    work: {
      sdl: `${imports('@key')}
        type Query { boss: Person deputy: Person team: [Person!]! board: [Person!]! }
        type Person @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          boss: () => ({ id: 'p1' }),
          deputy: () => ({ id: 'p1' }),
          team: () => [{ id: 'p1' }, { id: 'p2' }, { id: 'p1' }],
          board: () => [{ id: 'p1' }, { id: 'p2' }, { id: 'p1' }],
        },
      },
    },
    people: {
      sdl: `${imports('@key')}
        type Person @key(fields: "id") { id: ID! name: String! address: Address pet: Pet greet(with: String!): String! }
        type Address { city: String! lines: [String!]! }
        type Pet @key(fields: "id") { id: ID! }`,
      resolvers: {
        Person: {
          __resolveReference: byKey(people, 'id'),
          greet: ({ name }: { name: string }, args: { with: string }) => `${args.with} ${name}`,
        },
      },
    },
    pets: {
      sdl: `${imports('@key')}
        type Pet @key(fields: "id") { id: ID! call(name: String!): String! }`,
      resolvers: { Pet: { call: (_: unknown, { name }: { name: string }) => `${name}!` } },
    },
  },
};
