import { byKey, type FederationGraph, imports } from '../suite.ts';

const items = [{ id: 'i1', base: 2 }];

export const graph: FederationGraph = {
  about: '@requires of a field that requires another, across three services',
  subgraphs: {
    one: {
      sdl: `${imports('@key')}
        type Query { item: Item }
        type Item @key(fields: "id") { id: ID! base: Int! }`,
      resolvers: { Query: { item: () => items[0] }, Item: { __resolveReference: byKey(items, 'id') } },
    },
    two: {
      sdl: `${imports('@key', '@external', '@requires')}
        type Item @key(fields: "id") { id: ID! base: Int! @external doubled: Int! @requires(fields: "base") }`,
      resolvers: { Item: { doubled: ({ base }: { base: number }) => base * 2 } },
    },
    three: {
      sdl: `${imports('@key', '@external', '@requires')}
        type Item @key(fields: "id") {
          id: ID!
          doubled: Int! @external
          base: Int! @external
          squared: Int! @requires(fields: "doubled")
          both: Int! @requires(fields: "doubled base")
        }`,
      resolvers: {
        Item: {
          squared: ({ doubled }: { doubled: number }) => doubled ** 2,
          both: ({ doubled, base }: { doubled: number; base: number }) => doubled + base,
        },
      },
    },
    four: {
      sdl: `${imports('@key', '@external', '@requires')}
        type Item @key(fields: "id") { id: ID! squared: Int! @external text: String! @requires(fields: "squared") }`,
      resolvers: { Item: { text: ({ squared }: { squared: number }) => `=${squared}` } },
    },
  },
};
