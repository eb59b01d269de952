import { byKey, type FederationGraph, imports } from '../suite.ts';

const results = [
  { __typename: 'Song', id: 's1', title: 'Yesterday' },
  { __typename: 'Artist', id: 'a1', name: 'Nina' },
  { __typename: 'Song', id: 's2', title: 'Help' },
  { __typename: 'Nothing', reason: 'empty' },
];

export const graph: FederationGraph = {
  about: 'unions, of entities and others, that not every service knows whole',
  subgraphs: {
    search: {
      sdl: `${imports('@key', '@shareable')}
        type Query { search(first: Int): [Result!]! top: Result }
        union Result = Song | Artist | Nothing
        type Song @key(fields: "id") { id: ID! title: String! @shareable }
        type Artist @key(fields: "id") { id: ID! name: String! }
        type Nothing { reason: String! }`,
      resolvers: {
        Query: {
          search: (_: unknown, { first }: { first?: number }) => results.slice(0, first ?? results.length),
          top: () => results[0],
        },
        Artist: { __resolveReference: byKey(results, 'id') },
        Result: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      },
    },
    plays: {
      sdl: `${imports('@key', '@shareable')}
        type Query { played: Played }
        union Played = Song | Podcast
        type Song @key(fields: "id") { id: ID! plays: Int! title: String! @shareable }
        type Artist @key(fields: "id") { id: ID! plays: Int! songs: [Song!]! }
        type Podcast { title: String! host: Artist }`,
      resolvers: {
        Query: { played: () => ({ __typename: 'Podcast', title: 'Talk', host: { id: 'a1' } }) },
        Played: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Song: { plays: ({ id }: { id: string }) => (id === 's1' ? 100 : 5), title: () => 'Some title' },
        Artist: { plays: () => 7, songs: () => [{ id: 's2' }] },
      },
    },
    charts: {
      sdl: `${imports('@key')}
        type Song @key(fields: "id") { id: ID! rank: Int }`,
      resolvers: { Song: { rank: ({ id }: { id: string }) => (id === 's1' ? 1 : null) } },
    },
  },
};
