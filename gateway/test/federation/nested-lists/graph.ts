import { byKey, type FederationGraph, imports } from '../suite.ts';

const cells = [
  { id: 'a', color: 'red' },
  { id: 'b', color: 'blue' },
];
const at = (id: string) => ({ id });

export const graph: FederationGraph = {
  about: 'entities in lists of lists, in lists within entities, and in empty lists',
  subgraphs: {
    board: {
      sdl: `${imports('@key')}
        type Query { grid: [[Cell!]!]! ragged: [[Cell]] cube: [[[Cell!]!]!]! empty: [Cell!]! rows: [Row!]! }
        type Row { cells: [Cell!]! pairs: [[Cell!]!]! }
        type Cell @key(fields: "id") { id: ID! near: [Cell!]! }`,
      resolvers: {
        Query: {
          grid: () => [[at('a'), at('b')], [], [at('b')]],
          ragged: () => [null, [at('a'), null], []],
          cube: () => [[[at('a')], [at('b'), at('a')]], []],
          empty: () => [],
          rows: () => [
            { cells: [at('a')], pairs: [[at('a'), at('b')]] },
            { cells: [], pairs: [] },
          ],
        },
        Cell: { near: ({ id }: { id: string }) => (id === 'a' ? [at('b')] : [at('a'), at('b')]) },
      },
    },
    colors: {
      sdl: `${imports('@key')}
        type Cell @key(fields: "id") { id: ID! color: String! mix: [[Cell!]!]! }`,
      resolvers: {
        Cell: {
          __resolveReference: byKey(cells, 'id'),
          mix: ({ id }: { id: string }) => [[byKey(cells, 'id')({ id })], []],
        },
      },
    },
  },
};
