import { byKey, type FederationGraph, imports } from '../suite.ts';

const pictures = [
  { __typename: 'Photo', id: 'p1' },
  { __typename: 'Drawing', id: 'p2' },
];
const url = ({ id }: { id: string }, { size, format }: { size: number; format?: string }) =>
  `${id}@${size}${format ? `.${format}` : ''}`;

export const graph: FederationGraph = {
  about: 'one field with several sets of arguments in one operation',
  subgraphs: {
    pictures: {
      sdl: `${imports('@key')}
        type Query { picture(id: ID!): Picture pictures(first: Int = 2): [Picture!]! add(a: Int!, b: Int! = 1): Int! }
        interface Picture { id: ID! url(size: Int!, format: String): String! }
        type Photo implements Picture @key(fields: "id") { id: ID! url(size: Int!, format: String): String! }
        type Drawing implements Picture @key(fields: "id") { id: ID! url(size: Int!, format: String): String! }`,
      resolvers: {
        Query: {
          picture: (_: unknown, { id }: { id: string }) => byKey(pictures, 'id')({ id }),
          pictures: (_: unknown, { first }: { first: number }) => pictures.slice(0, first),
          add: (_: unknown, { a, b }: { a: number; b: number }) => a + b,
        },
        Picture: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Photo: { url },
        Drawing: { url },
      },
    },
    comments: {
      sdl: `${imports('@key')}
        type Photo @key(fields: "id") { id: ID! comments(first: Int! = 1, by: String): [String!]! likes(since: Int): Int! }
        type Drawing @key(fields: "id") { id: ID! title: ID! comments(first: Int! = 1, by: String): [String!]! }`,
      resolvers: {
        Photo: {
          comments: (_: unknown, { first, by }: { first: number; by?: string }) =>
            Array.from({ length: first }, (_item, index) => `${by ?? 'all'}${index}`),
          likes: (_: unknown, { since }: { since?: number }) => since ?? 0,
        },
        Drawing: {
          title: () => 'a drawing',
          comments: (_: unknown, { first, by }: { first: number; by?: string }) =>
            Array.from({ length: first }, (_item, index) => `${by ?? 'all'}${index}`),
        },
      },
    },
  },
};
