import { apiSchema, compose, printApiSchema } from './compose.ts';
import { checkOperations, readOperations } from './operations.ts';
import { readSubgraphs } from './subgraphs.ts';

export const supergraphFile = new URL('../supergraph.graphql', import.meta.url);
export const apiSchemaFile = new URL('../api.graphql', import.meta.url);

export interface GeneratedFile {
  readonly file: URL;
  readonly path: string;
  readonly content: string;
}

/** What `npm run compose` writes and `npm run generated` holds the committed files against. Throws with all problems. */
export function generateSchemaFiles(): readonly GeneratedFile[] {
  const composition = compose(readSubgraphs());
  if (composition.kind === 'failed') {
    throw new Error(composition.problems.map((problem) => `${problem.code}: ${problem.message}`).join('\n'));
  }
  const problems = checkOperations(apiSchema(composition.supergraphSdl), readOperations());
  if (problems.length > 0)
    throw new Error(
      problems.map((problem) => `${problem.path}:${problem.line}: ${problem.message}`).join('\n'),
    );
  return [
    { file: supergraphFile, path: 'schema/supergraph.graphql', content: composition.supergraphSdl },
    { file: apiSchemaFile, path: 'schema/api.graphql', content: printApiSchema(composition.supergraphSdl) },
  ];
}
