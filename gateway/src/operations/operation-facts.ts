/**
 * What is known of an operation, as the access log names it. Of one that does not run, whatever refuses it says how much that
 * is: its hash as soon as there is a text, its cost once it was weighed.
 */
import { createHash } from 'node:crypto';
import type { OperationDefinitionNode, OperationTypeNode } from 'graphql';

export interface OperationFacts {
  readonly name?: string | undefined;
  readonly kind?: OperationTypeNode | undefined;
  readonly hash?: string | undefined;
  readonly cost?: number | undefined;
}

interface ReadOperation {
  readonly operation: OperationDefinitionNode;
  readonly kind: OperationTypeNode;
  readonly hash: string;
  /** Once it was weighed. */
  readonly cost?: number;
}

export function factsOf({ operation, kind, hash, cost }: ReadOperation): OperationFacts {
  return { name: operation.name?.value, kind, hash, cost };
}

interface UnreadOperation {
  readonly query: string | undefined;
  readonly extensions: Readonly<Record<string, unknown>> | undefined;
}

/** A client may send the hash in place of the text. */
export function factsOfUnread({ query, extensions }: UnreadOperation): OperationFacts {
  if (query !== undefined) return { hash: operationHash(query) };
  const { sha256Hash } = Object(extensions?.['persistedQuery']);
  const isHash = typeof sha256Hash === 'string' && /^[0-9a-f]{64}$/.test(sha256Hash);
  return isHash ? { hash: sha256Hash.slice(0, hashDigits) } : {};
}

const hashDigits = 16;

/** The first 16 hex digits of the SHA-256 of its text. */
export function operationHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, hashDigits);
}

const refused = new WeakMap<object, OperationFacts>();

/** `why`: the error or refusal with which it ends before it runs. */
export function ofOperation<Why extends object>(why: Why, facts: OperationFacts | undefined): Why {
  if (facts) refused.set(why, facts);
  return why;
}

export const refusedOperation = (why: object): OperationFacts | undefined => refused.get(why);
