import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLSchema } from 'graphql';

let known: GraphQLSchema | undefined;

/** The schema as clients see it, from the committed `api.graphql`. */
export function readApiSchema(): GraphQLSchema {
  known ??= buildSchema(readFileSync(new URL('../api.graphql', import.meta.url), 'utf8'));
  return known;
}
