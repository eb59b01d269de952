/** Answers in parts, as tests look at them. */
import type { FormattedExecutionResult, GraphQLFormattedError, SelectionSetNode } from 'graphql';
import { Kind, parse, print, visit } from 'graphql';
import type { AnswerPart } from '../../src/execution/incremental.ts';
import type { Asked } from './run-suite.ts';
import { expectedOf, type FederationGraph } from './suite.ts';

/** The parts one by one, those that follow in an order of their own: they come as they become ready. */
export function flatParts(parts: readonly AnswerPart[]): readonly unknown[] {
  const [first, ...others] = parts;
  const followed = others.flatMap((part) => ('incremental' in part ? part.incremental : []));
  return [first, ...followed].map((part) => {
    const errors = (part as FormattedExecutionResult | undefined)?.errors;
    return errors
      ? { ...part, errors: expectedOf(errors).map(({ message: _text, ...error }) => error) }
      : part;
  });
}

export function inOrder(parts: readonly unknown[]): readonly unknown[] {
  const [first, ...others] = parts;
  const keyOf = (part: unknown) => {
    const { label, path } = part as { readonly label?: string; readonly path?: unknown };
    return `${JSON.stringify(path)} ${label}`;
  };
  return [first, ...others.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)))];
}

/** What a client has when all parts have come. Throws where a part has no place: it came before the one it lies in. */
export function togetherOf(parts: readonly AnswerPart[]): FormattedExecutionResult {
  const errors: GraphQLFormattedError[] = [];
  let data: unknown;
  for (const part of parts) {
    if (!('incremental' in part)) {
      data = structuredClone(part.data);
      errors.push(...(part.errors ?? []));
      continue;
    }
    for (const { path, data: added, errors: told } of part.incremental) {
      errors.push(...(told ?? []));
      const target = path.reduce<unknown>(
        (value, key) => (value as Record<string | number, unknown>)[key],
        data,
      );
      if (typeof target !== 'object' || target === null)
        throw new Error(`a part for ${path.join('.')} has no place`);
      if (added) mergeInto(target as Record<string, unknown>, structuredClone(added));
    }
  }
  return { data: data as Record<string, unknown>, ...(errors.length > 0 ? { errors } : {}) };
}

function mergeInto(target: Record<string, unknown>, added: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(added)) {
    const present = target[key];
    if (typeof present === 'object' && present !== null && typeof value === 'object' && value !== null)
      mergeInto(present as Record<string, unknown>, value as Record<string, unknown>);
    else target[key] = value;
  }
}

/** The same operation with every selection of every object deferred. */
export function deferringEverything(query: string): string {
  const document = parse(query);
  return print(
    visit(document, {
      Field: {
        leave(field) {
          if (!field.selectionSet) return undefined;
          const selectionSet: SelectionSetNode = {
            kind: Kind.SELECTION_SET,
            selections: [
              {
                kind: Kind.INLINE_FRAGMENT,
                directives: [{ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' } }],
                selectionSet: field.selectionSet,
              },
            ],
          };
          return { ...field, selectionSet };
        },
      },
    }),
  );
}

/** Keys in no order: what comes later stands behind what came first. */
export function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, unordered(inner)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Deferring asks for entities where the operation itself does not; not every graph of the suite has a resolver for them. */
export function canAnswer(graph: FederationGraph, { service, variables }: Asked): boolean {
  const representations = (variables['representations'] ?? []) as readonly { readonly __typename: string }[];
  const resolvers = graph.subgraphs[service]?.resolvers as Readonly<Record<string, object>> | undefined;
  return representations.every(({ __typename }) => '__resolveReference' in (resolvers?.[__typename] ?? {}));
}
