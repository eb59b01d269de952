import type { FederationCase } from '../suite.ts';

const ada = { name: 'Ada', address: { city: 'London', lines: ['1', '2'] } };

export const cases: readonly FederationCase[] = [
  {
    title: 'asks for an entity once, whose answer has objects and lists',
    query: '{ team { name address { city lines } } }',
    data: { team: [ada, { name: 'Bob', address: null }, ada] },
    entities: { people: 2 },
  },
  {
    title: 'sends equal fetches of two places once',
    query: '{ team { name } board { name } }',
    data: {
      team: [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Ada' }],
      board: [{ name: 'Ada' }, { name: 'Bob' }, { name: 'Ada' }],
    },
    fetches: { work: 1, people: 1 },
  },
  {
    title: 'sends them once also in a named operation',
    query: 'query Both { boss { name } deputy { name } }',
    data: { boss: { name: 'Ada' }, deputy: { name: 'Ada' } },
    fetches: { work: 1, people: 1 },
  },
  {
    title: 'sends fetches twice that differ in an argument',
    query: '{ boss { greet(with: "Hi") } deputy { greet(with: "Ho") } }',
    data: { boss: { greet: 'Hi Ada' }, deputy: { greet: 'Ho Ada' } },
    fetches: { work: 1, people: 2 },
  },
  {
    title: 'keeps apart what is fetched below two places of one entity',
    query: '{ boss { pet { call(name: "Rex") } } deputy { pet { call(name: "Max") } } }',
    data: { boss: { pet: { call: 'Rex!' } }, deputy: { pet: { call: 'Max!' } } },
  },
];
