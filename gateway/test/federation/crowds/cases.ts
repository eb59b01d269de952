import type { FederationCase } from '../suite.ts';

const query = 'query ($n: Int!) { crowd(count: $n) { name } }';
const named = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `p${index}` }));
const code = 'TOO_MANY_ENTITIES';

export const cases: readonly FederationCase[] = [
  {
    title: 'comes from one fetch while a fetch holds all entities',
    query,
    variables: { n: 1_000 },
    data: { crowd: named(1_000) },
    fetches: { lists: 1, people: 1 },
  },
  {
    title: 'comes from as many fetches as are needed where there are more, each entity once',
    query,
    variables: { n: 2_001 },
    data: { crowd: named(2_001) },
    fetches: { lists: 1, people: 3 },
    entities: { people: 2_001 },
  },
  {
    title: 'is null beyond all that one answer may need, and no service is asked for it',
    query,
    variables: { n: 10_001 },
    data: { crowd: named(10_001).map(() => ({ name: null })) },
    errors: Array.from({ length: 20 }, (_, index) => ({ code, path: ['crowd', index], service: 'people' })),
    fetches: { lists: 1 },
    stockDiffers: 'it asks for however many there are',
  },
  {
    title: 'counts what several aliases of a list ask for together',
    query: 'query ($n: Int!) { a: crowd(count: $n) { name } b: crowd(count: 2) { name } }',
    variables: { n: 9_999 },
    data: { a: named(9_999), b: [{ name: null }, { name: null }] },
    errors: [
      { code, path: ['b', 0], service: 'people' },
      { code, path: ['b', 1], service: 'people' },
    ],
    stockDiffers: 'it asks for however many there are',
  },
];
