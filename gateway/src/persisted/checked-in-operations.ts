/**
 * The operations of `schema/operations`: what front ends send, what the façades translate to, what MCP shows as tools
 * and what a safelist admits. The comment above an operation is its description.
 */
import { readOperations } from '@fathom/schema/operations';
import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql';

export interface CheckedInOperation {
  readonly name: string;
  readonly description: string;
  /** The whole file, which may hold other operations and fragments beside this one. */
  readonly source: string;
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
}

export interface CheckedInOperations {
  readonly all: readonly CheckedInOperation[];
  /** Throws where the platform itself relies on an operation that the folder lacks. */
  get(name: string): CheckedInOperation;
}

/** Of the repository's folder, unless told otherwise. Throws when a file in it is not GraphQL. */
export function readCheckedInOperations(folder?: URL): CheckedInOperations {
  const all = readOperations(folder).flatMap(({ source, document }) => operationsOf(source, document));
  return {
    all,
    get(name) {
      const found = all.find((operation) => operation.name === name);
      if (!found) throw new Error(`schema/operations has no operation "${name}".`);
      return found;
    },
  };
}

function operationsOf(source: string, document: DocumentNode): readonly CheckedInOperation[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name
      ? [
          {
            name: definition.name.value,
            description: commentAbove(source, definition.loc?.start ?? 0),
            source,
            document,
            definition,
          },
        ]
      : [],
  );
}

function commentAbove(source: string, start: number): string {
  const lines = source.slice(0, start).trimEnd().split('\n');
  const first = lines.findLastIndex((line) => !line.startsWith('#')) + 1;
  return lines
    .slice(first)
    .map((line) => line.replace(/^#\s?/, ''))
    .join(' ')
    .trim();
}
