import { readdirSync, readFileSync } from 'node:fs';
import { type DocumentNode, type GraphQLSchema, parse, validate } from 'graphql';

/** A checked-in operation: what front ends, the CLI and the tests send, and what a schema change must not break. */
export interface CheckedInOperation {
  readonly path: string;
  readonly source: string;
  readonly document: DocumentNode;
}

export interface OperationProblem {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export const operationsDirectory = new URL('../operations/', import.meta.url);

export function readOperations(directory: URL = operationsDirectory): readonly CheckedInOperation[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const source = readFileSync(new URL(file, directory), 'utf8');
      return { path: `schema/operations/${file}`, source, document: parse(source) };
    });
}

/** The source of one checked-in operation, by its file's name without ending. */
export function readOperation(name: string, directory: URL = operationsDirectory): string {
  return readFileSync(new URL(`${name}.graphql`, directory), 'utf8');
}

/** Every way in which operations do not fit a schema. */
export function checkOperations(
  schema: GraphQLSchema,
  operations: readonly CheckedInOperation[],
): readonly OperationProblem[] {
  return operations.flatMap(({ path, document }) =>
    validate(schema, document).map((error) => ({
      path,
      line: error.locations?.[0]?.line ?? 1,
      message: error.message,
    })),
  );
}
