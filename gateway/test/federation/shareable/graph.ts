import { type FederationGraph, imports } from '../suite.ts';

export const graph: FederationGraph = {
  about: '@shareable: fields and objects without a key that several services resolve',
  subgraphs: {
    west: {
      sdl: `${imports('@shareable')}
        type Query { place: Place @shareable places: [Place!]! @shareable version: String! @shareable }
        type Place @shareable { name: String! latitude: Float! area: Area! list: [Area!]! }
        type Area @shareable { size: Int! west: String! }`,
      resolvers: {
        Query: {
          place: () => ({
            name: 'Here',
            latitude: 1,
            area: { size: 4, west: 'w' },
            list: [{ size: 1, west: 'w1' }],
          }),
          places: () => [
            { name: 'A', latitude: 1 },
            { name: 'B', latitude: 2 },
          ],
          version: () => '1',
        },
      },
    },
    east: {
      sdl: `${imports('@shareable')}
        type Query { place: Place @shareable places: [Place!]! @shareable version: String! @shareable }
        type Place @shareable { name: String! longitude: Float! area: Area! list: [Area!]! }
        type Area @shareable { size: Int! east: String! }`,
      resolvers: {
        Query: {
          place: () => ({
            name: 'Here',
            longitude: 9,
            area: { size: 4, east: 'e' },
            list: [{ size: 1, east: 'e1' }],
          }),
          places: () => [
            { name: 'A', longitude: 8 },
            { name: 'B', longitude: 9 },
          ],
          version: () => '1',
        },
      },
    },
  },
};
