import type { FederationCase } from '../suite.ts';

const code = 'ANSWER_TOO_LARGE';
const stockDiffers = 'it puts together whatever services send';
const thousand = 'o'.repeat(1_000);
const times = <Value>(count: number, of: (index: number) => Value) =>
  Array.from({ length: count }, (_, index) => of(index));
const portraits = `query ($n: Int!, $letters: Int!, $authors: Int!) {
  notes(count: $n, letters: $letters, authors: $authors) { author { portrait } } }`;

export const cases: readonly FederationCase[] = [
  {
    title: 'is whole where all that it holds has room',
    query: portraits,
    variables: { n: 15, letters: 0, authors: 5 },
    data: { notes: times(15, () => ({ author: { portrait: thousand } })) },
    fetches: { notes: 1, people: 1 },
  },
  {
    title: 'lacks what one service sends beyond the bound, and nobody is asked for what hangs on it',
    query: 'query ($n: Int!) { notes(count: $n, letters: 1000, authors: 1) { text author { portrait } } }',
    variables: { n: 21 },
    data: { notes: null },
    errors: [{ code, path: ['notes'], service: 'notes' }],
    fetches: { notes: 1 },
    stockDiffers,
  },
  {
    title: 'lacks what several services send beyond the bound together',
    query: 'query { notes(count: 15, letters: 1000, authors: 15) { text author { portrait } } }',
    data: { notes: times(15, () => ({ text: 'x'.repeat(1_000), author: { portrait: null } })) },
    errors: times(15, (index) => ({ code, path: ['notes', index, 'author'], service: 'people' })),
    fetches: { notes: 1, people: 1 },
    stockDiffers,
  },
  {
    title: 'lacks an entity that is small by itself and has no room in all its places',
    query: portraits,
    variables: { n: 100, letters: 0, authors: 1 },
    data: { notes: times(100, () => ({ author: { portrait: null } })) },
    errors: times(20, (index) => ({ code, path: ['notes', index, 'author'], service: 'people' })),
    fetches: { notes: 1, people: 1 },
    stockDiffers,
  },
  {
    title: 'tells an error of an entity once where it has no room in all its places',
    query: `query { notes(count: 100, letters: 0, authors: 1) { author { age } } }`,
    data: { notes: times(100, () => ({ author: { age: null } })) },
    errors: [
      { code: 'UNSAID', path: ['notes', 0, 'author', 'age'], service: 'people', message: thousand },
      ...times(20, (index) => ({ code, path: ['notes', index, 'author'], service: 'people' })),
    ],
    stockDiffers,
  },
];
