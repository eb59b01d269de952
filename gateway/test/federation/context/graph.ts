import { byKey, type FederationGraph, imports } from '../suite.ts';

const users = [
  { id: 'u1', locale: 'fr', posts: ['p1', 'p2'] },
  { id: 'u2', locale: 'de', posts: ['p1'] },
];
const teams = [{ id: 't1', language: 'it', posts: ['p2'], lead: 'u1' }];

export const graph: FederationGraph = {
  about: '@context and @fromContext: arguments that come from objects above',
  stockCannotLoad: 'Apollo’s gateway refuses supergraphs with @context',
  subgraphs: {
    posts: {
      sdl: `${imports('@key', '@context', '@fromContext', '@shareable', '@external')}
        type Query { users: [User!]! user(id: ID!): User teams: [Team!]! }
        type User @key(fields: "id") @context(name: "reader") { id: ID! locale: String! posts: [Post!]! first: Post }
        type Team @key(fields: "id") @context(name: "reader") { id: ID! language: String! posts: [Post!]! lead: User }
        type Post @key(fields: "id") {
          id: ID!
          title(locale: String @fromContext(field: "$reader ... on User { locale } ... on Team { language }")): String!
          comment: Comment
        }
        type Comment @key(fields: "id") {
          id: ID!
          text(locale: String @fromContext(field: "$reader ... on User { locale } ... on Team { language }")): String!
        }`,
      resolvers: {
        Query: {
          users: () => users,
          user: (_: unknown, { id }: { id: string }) => byKey(users, 'id')({ id }),
          teams: () => teams,
        },
        User: {
          __resolveReference: byKey(users, 'id'),
          posts: ({ posts }: { posts: readonly string[] }) => posts.map((id) => ({ id })),
          first: ({ posts }: { posts: readonly string[] }) => ({ id: posts[0] }),
        },
        Team: {
          posts: ({ posts }: { posts: readonly string[] }) => posts.map((id) => ({ id })),
          lead: ({ lead }: { lead: string }) => byKey(users, 'id')({ id: lead }),
        },
        Post: {
          title: ({ id }: { id: string }, { locale }: { locale: string }) => `${id} in ${locale}`,
          comment: ({ id }: { id: string }) => ({ id: `c-${id}` }),
        },
        Comment: { text: ({ id }: { id: string }, { locale }: { locale: string }) => `${id} in ${locale}` },
      },
    },
    likes: {
      sdl: `${imports('@key')}
        type Post @key(fields: "id") { id: ID! likes: Int! }`,
      resolvers: { Post: { likes: () => 3 } },
    },
  },
};
