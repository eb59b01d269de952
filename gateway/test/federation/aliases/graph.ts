import { byKey, type FederationGraph, imports, refuse } from '../suite.ts';

const things = [{ id: 't1', name: 'Lamp', constructor: 'Smith', toString: 'text', valueOf: null }];

export const graph: FederationGraph = {
  about: 'names that the client chooses, and fields that are called like parts of every object',
  subgraphs: {
    things: {
      sdl: `${imports('@key')}
        type Query { thing: Thing things: [Thing!]! }
        type Thing @key(fields: "id") { id: ID! name: String! constructor: String toString: String valueOf: String }`,
      resolvers: {
        Query: { thing: () => things[0], things: () => things },
        Thing: {
          __resolveReference: byKey(things, 'id'),
          constructor: () => 'Smith',
          toString: () => 'text',
          valueOf: () => null,
        },
      },
    },
    prices: {
      sdl: `${imports('@key')}
        type Thing @key(fields: "id") { id: ID! price: Int! broken: Int }`,
      resolvers: { Thing: { price: () => 5, broken: () => refuse('BROKEN', 'Broken.') } },
    },
  },
};
