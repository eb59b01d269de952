import { byKey, type FederationGraph, imports } from '../suite.ts';

const media = [
  { __typename: 'Book', id: 'm1', title: 'Emma', pages: 400 },
  { __typename: 'Film', id: 'm2', title: 'Alien', minutes: 117 },
];
const reviews: Readonly<Record<string, readonly string[]>> = { m1: ['Good.'], m2: ['Loud.', 'Long.'] };

export const graph: FederationGraph = {
  about: '@interfaceObject: fields for all implementations of an interface, by a service that knows none',
  stockMistakes: {
    operations: /__typename/,
    because: 'the name of the interface takes the place of the name of the object, and the object is lost',
  },
  subgraphs: {
    media: {
      sdl: `${imports('@key')}
        type Query { media: [Media!]! medium(id: ID!): Media book: Book }
        interface Media @key(fields: "id") { id: ID! title: String! }
        type Book implements Media @key(fields: "id") { id: ID! title: String! pages: Int! }
        type Film implements Media @key(fields: "id") { id: ID! title: String! minutes: Int! }`,
      resolvers: {
        Query: {
          media: () => media,
          medium: (_: unknown, { id }: { id: string }) => byKey(media, 'id')({ id }),
          book: () => media[0],
        },
        Media: {
          __resolveType: ({ __typename }: { __typename: string }) => __typename,
          __resolveReference: byKey(media, 'id'),
        },
        Book: { __resolveReference: byKey(media, 'id') },
        Film: { __resolveReference: byKey(media, 'id') },
      },
    },
    reviews: {
      sdl: `${imports('@key', '@interfaceObject')}
        type Query { best: Media reviewed: [Media!]! }
        type Media @key(fields: "id") @interfaceObject { id: ID! reviews: [Review!]! stars(of: Int = 5): String! }
        type Review { text: String! }`,
      resolvers: {
        Query: { best: () => ({ id: 'm2' }), reviewed: () => [{ id: 'm1' }, { id: 'm2' }] },
        Media: {
          reviews: ({ id }: { id: string }) => (reviews[id] ?? []).map((text) => ({ text })),
          stars: ({ id }: { id: string }, { of }: { of: number }) => `${reviews[id]?.length ?? 0} of ${of}`,
        },
      },
    },
  },
};
