import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has the fields of the interface',
    query: '{ animals { id name } }',
    data: {
      animals: [
        { id: 'd1', name: 'Rex' },
        { id: 'c1', name: 'Tom' },
        { id: 'f1', name: 'Bob' },
      ],
    },
    fetches: { animals: 1 },
  },
  {
    title: 'has for each type the fields of its fragment, from wherever they are',
    query: '{ animals { name ... on Dog { barks lastVisit } ... on Cat { lives lastVisit } } }',
    data: {
      animals: [
        { name: 'Rex', barks: true, lastVisit: 'Monday' },
        { name: 'Tom', lives: 9, lastVisit: 'Friday' },
        { name: 'Bob' },
      ],
    },
  },
  {
    title: 'asks for entities behind the interface in one fetch',
    query: '{ animals { owner { debt } } }',
    data: { animals: [{ owner: { debt: 10 } }, { owner: { debt: 0 } }, { owner: { debt: 10 } }] },
    entities: { vets: 2 },
  },
  {
    title: 'gives one name two meanings on two types',
    query: '{ animals { ... on Dog { x: name when: lastVisit } ... on Cat { x: lastVisit when: name } } }',
    data: { animals: [{ x: 'Rex', when: 'Monday' }, { x: 'Friday', when: 'Tom' }, {}] },
  },
  {
    title: 'follows fragments on interfaces of interfaces',
    query: '{ named { name ... on Animal { id ... on Dog { shots { name } } } ... on Owner { debt } } }',
    data: {
      named: [
        { name: 'Rex', id: 'd1', shots: [{ name: 'rabies' }] },
        { name: 'Tom', id: 'c1' },
        { name: 'Bob', id: 'f1' },
        { name: 'owner o1', debt: 10 },
      ],
    },
  },
  {
    title: 'says which type each is',
    query: '{ animals { __typename ... on Named { kind: __typename } } }',
    data: {
      animals: [
        { __typename: 'Dog', kind: 'Dog' },
        { __typename: 'Cat', kind: 'Cat' },
        { __typename: 'Fish', kind: 'Fish' },
      ],
    },
  },
  {
    title: 'asks nobody for types that do not occur',
    query: '{ animal(id: "f1") { name ... on Dog { lastVisit } ... on Cat { lastVisit } } }',
    data: { animal: { name: 'Bob' } },
    fetches: { animals: 1 },
  },
];
