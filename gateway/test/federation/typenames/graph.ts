import { byKey, type FederationGraph, imports } from '../suite.ts';

const nodes = [
  { __typename: 'Leaf', id: 'l1', weight: 1 },
  { __typename: 'Branch', id: 'b1', children: ['l1', 'b1'] },
];

export const graph: FederationGraph = {
  about: '__typename, everywhere it may stand',
  stockMistakes: {
    operations: /\bon Node\b[\s\S]*\bon (Leaf|Branch)\b|\bon (Leaf|Branch)\b[\s\S]*\bon Node\b/,
    because: 'within a fragment on the interface it forgets of which type the object is',
  },
  subgraphs: {
    tree: {
      sdl: `${imports('@key')}
        type Query { node(id: ID!): Node leaf: Leaf }
        type Mutation { plant: Leaf! }
        interface Node { id: ID! }
        type Leaf implements Node @key(fields: "id") { id: ID! weight: Int! }
        type Branch implements Node @key(fields: "id") { id: ID! children: [Node!]! }`,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) => byKey(nodes, 'id')({ id }),
          leaf: () => nodes[0],
        },
        Mutation: { plant: () => nodes[0] },
        Node: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
        Branch: {
          children: ({ children }: { children: readonly string[] }) =>
            children.map((id) => byKey(nodes, 'id')({ id })),
        },
      },
    },
    colors: {
      sdl: `${imports('@key')}
        type Leaf @key(fields: "id") { id: ID! color: String! }`,
      resolvers: { Leaf: { color: () => 'green' } },
    },
  },
};
