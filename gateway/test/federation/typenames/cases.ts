import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  { title: 'knows the root by itself', query: '{ __typename }', data: { __typename: 'Query' }, fetches: {} },
  {
    title: 'has the root beside fields, under an alias too',
    query: '{ __typename leaf { id } root: __typename }',
    data: { __typename: 'Query', leaf: { id: 'l1' }, root: 'Query' },
  },
  {
    title: 'has the root of a mutation',
    query: 'mutation { __typename plant { __typename } }',
    data: { __typename: 'Mutation', plant: { __typename: 'Leaf' } },
  },
  {
    title: 'has that of an entity that is completed elsewhere',
    query: '{ leaf { color __typename is: __typename } }',
    data: { leaf: { color: 'green', __typename: 'Leaf', is: 'Leaf' } },
  },
  {
    title: 'needs no service for an object type alone',
    query: '{ leaf { __typename } }',
    data: { leaf: { __typename: 'Leaf' } },
  },
  {
    title: 'needs it not, where a fragment widens the type and another narrows it again',
    query: '{ leaf { ... on Node { ... on Leaf { id } } } }',
    data: { leaf: { id: 'l1' } },
    stockDiffers: 'it forgets of which type the object is',
  },
  {
    title: 'has those of interfaces within interfaces',
    query:
      '{ node(id: "b1") { __typename ... on Branch { children { __typename id ... on Leaf { color } } } } }',
    data: {
      node: {
        __typename: 'Branch',
        children: [
          { __typename: 'Leaf', id: 'l1', color: 'green' },
          { __typename: 'Branch', id: 'b1' },
        ],
      },
    },
  },
];
