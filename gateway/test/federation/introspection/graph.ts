import { type FederationGraph, imports } from '../suite.ts';

export const graph: FederationGraph = {
  about: 'introspection, alone and beside other fields',
  subgraphs: {
    a: {
      sdl: `${imports('@key')}
        type Query { hello(name: String = "you"): String! thing: Thing }
        "A thing." type Thing @key(fields: "id") { id: ID! size(unit: Unit = CM): Float old: Int @deprecated(reason: "Use size.") }
        enum Unit { CM INCH }`,
      resolvers: {
        Query: {
          hello: (_: unknown, { name }: { name: string }) => `hello ${name}`,
          thing: () => ({ id: '1' }),
        },
      },
    },
  },
};
