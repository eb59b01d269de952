import { type FederationGraph, imports } from '../suite.ts';

const authors: Readonly<Record<string, string>> = { a1: 'Ada', a2: 'Bob' };

export const graph: FederationGraph = {
  about: 'connections: edges and nodes of entities, page by page',
  subgraphs: {
    feed: {
      sdl: `${imports('@key')}
        type Query { feed(first: Int!, after: String): Feed! }
        type Feed { edges: [Edge!]! page: Page! }
        type Edge { cursor: String! node: Story }
        type Page { next: String more: Boolean! }
        type Story @key(fields: "id") { id: ID! author: Author! }
        type Author @key(fields: "id", resolvable: false) { id: ID! }`,
      resolvers: {
        Query: {
          feed: (_: unknown, { first, after }: { first: number; after?: string }) => {
            const from = Number(after ?? 0);
            const edges = Array.from({ length: first }, (_item, index) => ({
              cursor: String(from + index + 1),
              node: index === 2 ? null : { id: `s${from + index}`, author: { id: index % 2 ? 'a2' : 'a1' } },
            }));
            return { edges, page: { next: edges.at(-1)?.cursor ?? null, more: true } };
          },
        },
      },
    },
    authors: {
      sdl: `${imports('@key')}
        type Author @key(fields: "id") { id: ID! name: String! }
        type Story @key(fields: "id") { id: ID! likes: Int! }`,
      resolvers: {
        Author: { name: ({ id }: { id: string }) => authors[id] },
        Story: { likes: ({ id }: { id: string }) => id.length },
      },
    },
  },
};
