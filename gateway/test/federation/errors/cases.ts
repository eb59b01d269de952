import type { FederationCase } from '../suite.ts';

export const cases: readonly FederationCase[] = [
  {
    title: 'has the code and the path of a root field',
    query: '{ oops }',
    data: { oops: null },
    errors: [{ code: 'OOPS', path: ['oops'], service: 'people', message: 'Oops.' }],
  },
  {
    title: 'has the path under the alias of the client',
    query: '{ mine: oops yours: oops }',
    data: { mine: null, yours: null },
    errors: [
      { code: 'OOPS', path: ['mine'] },
      { code: 'OOPS', path: ['yours'] },
    ],
  },
  {
    title: 'has a code where the service gave none',
    query: '{ plain }',
    data: { plain: null },
    errors: [{ code: 'DOWNSTREAM_SERVICE_ERROR', path: ['plain'], service: 'people' }],
  },
  {
    title: 'has the path of the entity in its list',
    query: '{ people { id secret } }',
    data: {
      people: [
        { id: 'p1', secret: 'of p1' },
        { id: 'p2', secret: 'of p2' },
        { id: 'p3', secret: null },
      ],
    },
    errors: [{ code: 'SECRET', path: ['people', 2, 'secret'], service: 'secrets' }],
  },
  {
    title: 'has all the paths of an entity that occurs several times',
    query: '{ people { friends { secret } } }',
    data: {
      people: [
        { friends: [{ secret: 'of p2' }, { secret: null }] },
        { friends: [{ secret: null }] },
        { friends: [] },
      ],
    },
    errors: [
      { code: 'SECRET', path: ['people', 0, 'friends', 1, 'secret'] },
      { code: 'SECRET', path: ['people', 1, 'friends', 0, 'secret'] },
    ],
    entities: { secrets: 2 },
  },
  {
    title: 'has the path below an entity',
    query: '{ person(id: "p1") { list { text } } }',
    data: { person: { list: [{ text: 'ok' }, { text: null }] } },
    errors: [{ code: 'BAD', path: ['person', 'list', 1, 'text'], service: 'secrets' }],
  },
  {
    title: 'has the errors of several services',
    query: '{ oops person(id: "p3") { secret } }',
    data: { oops: null, person: { secret: null } },
    errors: [
      { code: 'OOPS', path: ['oops'], service: 'people' },
      { code: 'SECRET', path: ['person', 'secret'], service: 'secrets' },
    ],
  },
];
