import type { DefinitionNode } from 'graphql';
import type { SubgraphSource } from './subgraphs.ts';

export interface SourceLocation {
  readonly path: string;
  readonly line: number;
}

/**
 * Where a schema coordinate (`Type`, `Type.field`, `Type.field.argument`) stands in the subgraphs' sources. A member
 * that is gone is located at its nearest ancestor that is still there, since that is where a reviewer must look.
 */
export function locate(coordinate: string, subgraphs: readonly SubgraphSource[]): SourceLocation | undefined {
  const [typeName = '', ...members] = coordinate.replace(/^@/, '').split('.');
  let best: { readonly depth: number; readonly location: SourceLocation } | undefined;
  for (const { path, typeDefs } of subgraphs) {
    for (const definition of typeDefs.definitions) {
      if (nameOf(definition) !== typeName) continue;
      const found = descend(definition, members);
      if (!best || found.depth > best.depth)
        best = { depth: found.depth, location: { path, line: found.line } };
    }
  }
  return best?.location;
}

interface Named {
  readonly name?: { readonly value: string };
  readonly loc?: { readonly startToken: { readonly line: number } };
  readonly description?: { readonly loc?: { readonly endToken: { readonly line: number } } };
}

interface WithMembers extends Named {
  readonly fields?: readonly WithMembers[];
  readonly values?: readonly WithMembers[];
  readonly arguments?: readonly WithMembers[];
}

function descend(definition: DefinitionNode, members: readonly string[]): { depth: number; line: number } {
  let node: WithMembers = definition as WithMembers;
  let depth = 0;
  for (const member of members) {
    const next = [...(node.fields ?? []), ...(node.values ?? []), ...(node.arguments ?? [])].find(
      (candidate) => candidate.name?.value === member,
    );
    if (!next) break;
    node = next;
    depth += 1;
  }
  return { depth, line: lineOf(node) };
}

/** The line of the definition itself, below its description. */
function lineOf(node: Named): number {
  const below = node.description?.loc?.endToken.line;
  return below === undefined ? (node.loc?.startToken.line ?? 1) : below + 1;
}

function nameOf(definition: DefinitionNode): string | undefined {
  return (definition as Named).name?.value;
}
