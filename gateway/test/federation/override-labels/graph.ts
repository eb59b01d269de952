import { byKey, type FederationGraph, imports } from '../suite.ts';

const items = [{ id: 'i1' }];

export const graph: FederationGraph = {
  about: '@override with a label: a field that is moving',
  labels: ['on-label'],
  subgraphs: {
    old: {
      sdl: `${imports('@key')}
        type Query { item: Item }
        type Item @key(fields: "id") { id: ID! always: String! never: String! on: String! off: String! most: String! }`,
      resolvers: {
        Query: { item: () => items[0] },
        Item: {
          __resolveReference: byKey(items, 'id'),
          ...Object.fromEntries(['always', 'never', 'on', 'off', 'most'].map((name) => [name, () => 'old'])),
        },
      },
    },
    new: {
      sdl: `${imports('@key', '@override')}
        type Item @key(fields: "id") {
          id: ID!
          always: String! @override(from: "old", label: "percent(100)")
          never: String! @override(from: "old", label: "percent(0)")
          on: String! @override(from: "old", label: "on-label")
          off: String! @override(from: "old", label: "off-label")
          most: String! @override(from: "old", label: "percent(50)")
        }`,
      resolvers: {
        Item: Object.fromEntries(['always', 'never', 'on', 'off', 'most'].map((name) => [name, () => 'new'])),
      },
    },
  },
};
