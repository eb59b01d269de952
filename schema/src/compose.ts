import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { type GraphQLError, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import type { SubgraphSource } from './subgraphs.ts';

export interface CompositionProblem {
  /** Composition's own code, for instance `FIELD_TYPE_MISMATCH`. */
  readonly code: string;
  readonly message: string;
  /** Where it can be mended, if composition says so. */
  readonly locations: readonly { readonly subgraph: string; readonly line: number }[];
}

export type Composition =
  | { readonly kind: 'composed'; readonly supergraphSdl: string; readonly hints: readonly string[] }
  | { readonly kind: 'failed'; readonly problems: readonly CompositionProblem[] };

/** Composes subgraphs into a supergraph, in process. */
export function compose(subgraphs: readonly SubgraphSource[]): Composition {
  const result = composeServices(subgraphs.map(({ name, url, typeDefs }) => ({ name, url, typeDefs })));
  if (result.errors) return { kind: 'failed', problems: result.errors.map(toProblem) };
  return {
    kind: 'composed',
    supergraphSdl: `${result.supergraphSdl.trimEnd()}\n`,
    hints: result.hints.map((hint) => hint.message),
  };
}

/** The schema that clients see: the supergraph without federation's machinery. */
export function apiSchema(supergraphSdl: string): GraphQLSchema {
  // Only its shape matters here, so nothing has to be executed or enforced.
  const supportedFeatures = ROUTER_SUPPORTED_SUPERGRAPH_FEATURES;
  return Supergraph.build(supergraphSdl, { supportedFeatures }).apiSchema().toGraphQLJSSchema();
}

export function printApiSchema(supergraphSdl: string): string {
  return `${printSchema(lexicographicSortSchema(apiSchema(supergraphSdl)))}\n`;
}

function toProblem(error: GraphQLError): CompositionProblem {
  const nodes = (error.nodes ?? []) as readonly {
    readonly subgraph?: string;
    readonly loc?: { startToken: { line: number } };
  }[];
  return {
    code: String(error.extensions['code'] ?? 'COMPOSITION_FAILED'),
    message: error.message,
    locations: nodes.flatMap((node) =>
      node.subgraph && node.loc ? [{ subgraph: node.subgraph, line: node.loc.startToken.line }] : [],
    ),
  };
}
