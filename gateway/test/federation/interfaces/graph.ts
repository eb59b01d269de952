import { byKey, type FederationGraph, imports } from '../suite.ts';

const animals = [
  { __typename: 'Dog', id: 'd1', name: 'Rex', owner: { id: 'o1' }, barks: true },
  { __typename: 'Cat', id: 'c1', name: 'Tom', owner: { id: 'o2' }, lives: 9 },
  { __typename: 'Fish', id: 'f1', name: 'Bob', owner: { id: 'o1' } },
];

export const graph: FederationGraph = {
  about: 'interfaces whose implementations have fields in several services',
  subgraphs: {
    animals: {
      sdl: `${imports('@key')}
        type Query { animals: [Animal!]! animal(id: ID!): Animal named: [Named!]! }
        interface Named { name: String! }
        interface Animal implements Named { id: ID! name: String! owner: Owner! }
        type Dog implements Animal & Named @key(fields: "id") { id: ID! name: String! owner: Owner! barks: Boolean! }
        type Cat implements Animal & Named @key(fields: "id") { id: ID! name: String! owner: Owner! lives: Int! }
        type Fish implements Animal & Named { id: ID! name: String! owner: Owner! }
        type Owner implements Named @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: {
          animals: () => animals,
          animal: (_: unknown, { id }: { id: string }) => byKey(animals, 'id')({ id }),
          named: () => [...animals, { __typename: 'Owner', id: 'o1' }],
        },
        Animal: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Named: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Owner: { name: ({ id }: { id: string }) => `owner ${id}` },
      },
    },
    vets: {
      sdl: `${imports('@key')}
        type Dog @key(fields: "id") { id: ID! lastVisit: String! shots: [Shot!]! }
        type Cat @key(fields: "id") { id: ID! lastVisit: String! }
        type Owner @key(fields: "id") { id: ID! debt: Int! }
        type Shot { name: String! }`,
      resolvers: {
        Dog: { lastVisit: () => 'Monday', shots: () => [{ name: 'rabies' }] },
        Cat: { lastVisit: () => 'Friday' },
        Owner: { debt: ({ id }: { id: string }) => (id === 'o1' ? 10 : 0) },
      },
    },
  },
};
