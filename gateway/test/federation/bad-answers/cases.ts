import type { FederationCase } from '../suite.ts';

const code = 'SUBGRAPH_BAD_ANSWER';
const answering = (data: Record<string, unknown>) => ({ bad: { data } });

export const cases: readonly FederationCase[] = [
  {
    title: 'nulls scalars of the wrong kind, one by one',
    query: '{ text number yes }',
    answers: answering({ text: 7, number: 'seven', yes: 'true' }),
    data: { text: null, number: null, yes: null },
    errors: [
      { code, path: ['number'] },
      { code, path: ['text'] },
      { code, path: ['yes'] },
    ],
  },
  {
    title: 'nulls an enum value that nobody defined',
    query: '{ color text }',
    answers: answering({ color: 'BLUE', text: 'ok' }),
    data: { color: null, text: 'ok' },
    errors: [{ code, path: ['color'] }],
  },
  {
    title: 'nulls an object that is none',
    query: '{ object { name } text }',
    answers: answering({ object: 'text', text: 'ok' }),
    data: { object: null, text: 'ok' },
    errors: [{ code, path: ['object'] }],
    stockDiffers: 'it refuses the whole answer',
  },
  {
    title: 'nulls a list that is none',
    query: '{ list text }',
    answers: answering({ list: { length: 1 }, text: 'ok' }),
    data: { list: null, text: 'ok' },
    errors: [{ code, path: ['list'] }],
    stockDiffers: 'it refuses the whole answer',
  },
  {
    title: 'nulls an object of an unknown type',
    query: '{ any { ... on Thing { name } } text }',
    answers: answering({ any: { __typename: 'Ghost', name: 'x' }, text: 'ok' }),
    data: { any: null, text: 'ok' },
    errors: [{ code, path: ['any'] }],
  },
  {
    title: 'reports a null that may not be',
    query: '{ text sure }',
    answers: answering({ text: 'ok', sure: null }),
    data: null,
    errors: [{ code, path: ['sure'] }],
  },
  {
    title: 'reports a field that was not answered',
    query: '{ text object { name } }',
    answers: answering({ object: {} }),
    data: { text: null, object: null },
    errors: [{ code, path: ['object', 'name'] }],
  },
  {
    title: 'leaves entities as they were where there are too few',
    query: '{ items { id extra } }',
    answers: answering({ _entities: [{ extra: 'one' }] }),
    data: {
      items: [
        { id: '1', extra: null },
        { id: '2', extra: null },
      ],
    },
    errors: [
      { code, path: ['items', 0], service: 'bad' },
      { code, path: ['items', 1], service: 'bad' },
    ],
    stockDiffers: 'it has no code for it',
  },
  {
    title: 'does not set the prototype of anything',
    query: '{ items { id extra } }',
    answers: answering({ _entities: [JSON.parse('{"__proto__":{"extra":"stolen"}}'), { extra: 'two' }] }),
    data: {
      items: [
        { id: '1', extra: null },
        { id: '2', extra: 'two' },
      ],
    },
  },
  {
    title: 'takes an error without a path, and one with a path that leads nowhere',
    query: '{ text }',
    answers: {
      bad: {
        data: { text: null },
        errors: [
          { message: 'Somewhere.' },
          { message: 'There.', path: ['nowhere', 3], extensions: { code: 'THERE' } },
        ],
      },
    },
    data: { text: null },
    errors: [
      { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'bad' },
      { code: 'THERE', path: ['nowhere', 3] },
    ],
  },
  {
    title: 'says so where a service answered neither data nor an error',
    query: '{ text }',
    answers: { bad: {} },
    data: { text: null },
    errors: [{ code, path: ['text'], service: 'bad' }],
  },
];
