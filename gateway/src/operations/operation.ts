/**
 * An operation in the three states it passes through: as it was sent, prepared (parsed and valid against one
 * supergraph, kept for the next who sends it), and admitted (with its variables, its cost and what it is charged).
 */
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
} from 'graphql';
import type { WithheldParts } from '../authorisation/withhold.ts';
import type { Charge } from '../limits/budgets.ts';

export interface RawOperation {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
  /** Of the last event that the client saw of this subscription: it goes on behind it. */
  readonly lastEventId?: string | undefined;
}

export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | undefined;
  readonly kind: OperationTypeNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Of the document, as the access log names it. */
  readonly hash: string;
  readonly query: string;
  /** Only `__schema`, `__type` and `__typename`: answered from memory, by no subgraph. */
  readonly introspectionOnly: boolean;
}

export interface AdmittedOperation extends PreparedOperation {
  readonly variables: Record<string, unknown>;
  readonly cost: number;
  /** What its sender may not have. The operation is without it; the answer has null there. */
  readonly withheld?: WithheldParts;
  /** Of an operation that generates: what it was charged. */
  readonly charge?: Charge;
}

export function fragmentsOf(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return fragments;
}
