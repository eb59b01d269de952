import { type FederationGraph, imports } from '../suite.ts';

export const graph: FederationGraph = {
  about: 'services that answer something that does not fit their schema',
  subgraphs: {
    good: {
      sdl: `${imports('@key')}
        type Query { items: [Item!] }
        type Item @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { items: () => [{ id: '1' }, { id: '2' }] } },
    },
    bad: {
      sdl: `${imports('@key')}
        type Query { text: String number: Int yes: Boolean color: Color object: Thing list: [Int] any: Any sure: Int! }
        type Item @key(fields: "id") { id: ID! extra: String }
        type Thing { name: String! }
        type Other { name: String! }
        union Any = Thing | Other
        enum Color { RED }`,
      resolvers: {},
    },
  },
};
