/**
 * The shape of a document, measured before it is validated: validation itself is quadratic in some documents, so it
 * must not see what is too large. Each fragment is measured once, so fragments that spread each other cost nothing.
 */

import type { AppError } from '@fathom/platform/errors';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { raise } from '../errors.ts';

export interface DocumentLimits {
  readonly maxTokens: number;
  /** Levels of fields; introspection's own nesting does not count. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  /** Fields after all fragments are spread. */
  readonly maxFields: number;
}

interface Shape {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fields: number;
  /** Fields directly in this selection set, fragments spread. */
  readonly width: number;
}

const emptyShape: Shape = { depth: 0, aliases: 0, directives: 0, fields: 0, width: 0 };

/** The refusal, or `undefined` when the operation may be validated. */
export function exceededLimit(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  limits: DocumentLimits,
): AppError | undefined {
  const { depth, aliases, directives, fields, width } = measure(document, operation);
  if (depth > limits.maxDepth) return refuse('OPERATION_TOO_DEEP', 'levels', depth, limits.maxDepth);
  if (width > limits.maxRootFields)
    return refuse('OPERATION_TOO_LARGE', 'root fields', width, limits.maxRootFields);
  if (aliases > limits.maxAliases)
    return refuse('OPERATION_TOO_LARGE', 'aliases', aliases, limits.maxAliases);
  if (directives > limits.maxDirectives)
    return refuse('OPERATION_TOO_LARGE', 'directives', directives, limits.maxDirectives);
  if (fields > limits.maxFields) return refuse('OPERATION_TOO_LARGE', 'fields', fields, limits.maxFields);
  return undefined;
}

export function measure(document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const measured = new Map<string, Shape>();

  function measureFragment(name: string): Shape {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    // Unknown fragments and cycles are validation's to name; here they must only not loop.
    measured.set(name, emptyShape);
    const shape = fragment ? measureSelections(fragment.selectionSet) : emptyShape;
    measured.set(name, shape);
    return shape;
  }

  function measureSelections(selectionSet: SelectionSetNode): Shape {
    let { depth, aliases, directives, fields, width } = emptyShape;
    for (const selection of selectionSet.selections) {
      directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        const isIntrospection = selection.name.value === '__schema' || selection.name.value === '__type';
        const inner =
          selection.selectionSet && !isIntrospection ? measureSelections(selection.selectionSet) : emptyShape;
        depth = Math.max(depth, inner.depth + 1);
        aliases += inner.aliases + (selection.alias ? 1 : 0);
        directives += inner.directives;
        fields += inner.fields + 1;
        width += 1;
      } else {
        const inner =
          selection.kind === Kind.FRAGMENT_SPREAD
            ? measureFragment(selection.name.value)
            : measureSelections(selection.selectionSet);
        depth = Math.max(depth, inner.depth);
        aliases += inner.aliases;
        directives += inner.directives;
        fields += inner.fields;
        width += inner.width;
      }
    }
    return { depth, aliases, directives, fields, width };
  }

  const shape = measureSelections(operation.selectionSet);
  // Definitions carry directives, too, and those of fragments that nobody spreads are validated all the same.
  const onDefinitions = document.definitions.reduce(
    (count, definition) => count + ('directives' in definition ? (definition.directives?.length ?? 0) : 0),
    0,
  );
  return { ...shape, directives: shape.directives + onDefinitions };
}

function refuse(
  code: 'OPERATION_TOO_DEEP' | 'OPERATION_TOO_LARGE',
  unit: string,
  found: number,
  allowed: number,
): AppError {
  return raise(code, {
    because: `${found} ${unit}, at most ${allowed} are allowed`,
    details: { found, allowed },
  });
}
