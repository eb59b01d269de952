import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'goes over a key that clients cannot see',
    query: '{ users { name points } }',
    data: {
      users: [
        { name: 'Ada', points: 10 },
        { name: 'Bob', points: 0 },
      ],
    },
  },
  {
    title: 'goes over it for a requirement as well',
    query: '{ users { label } }',
    data: { users: [{ label: 'Ada/s1' }, { label: 'Bob/s2' }] },
  },
  {
    title: 'nulls an enum value that clients cannot see',
    query: '{ users { role } }',
    data: { users: [{ role: 'ADMIN' }, { role: null }] },
    errors: [{ code: 'SUBGRAPH_BAD_ANSWER', path: ['users', 1, 'role'] }],
  },
  {
    title: 'has members of a union that clients can see',
    query: '{ pets { __typename ... on Dog { name } } }',
    data: {
      pets: [
        { __typename: 'Dog', name: 'Rex' },
        { __typename: 'Dog', name: 'Max' },
      ],
    },
  },
  {
    title: 'does not name what clients cannot see',
    query: '{ __type(name: "User") { fields { name } } ghost: __type(name: "Ghost") { name } }',
    data: {
      __type: { fields: [{ name: 'name' }, { name: 'points' }, { name: 'label' }, { name: 'role' }] },
      ghost: null,
    },
    fetches: {},
  },
];
