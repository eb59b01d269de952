/**
 * The answer to what was asked, from the answer to what was left of it: null with FORBIDDEN where something was
 * withheld, and nulls that travel upwards to the next place that may be null, as the GraphQL specification has it.
 */
import {
  type DirectiveNode,
  type FieldNode,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { forbidden } from './forbidden.ts';
import { typeKey, type Withheld } from './withhold.ts';

/** Errors that say the same of many places are told of so many. */
const maxErrors = 100;

export interface RestoreOptions {
  readonly schema: GraphQLSchema;
  readonly withheld: Withheld;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Path = readonly (string | number)[];
type Fields = Map<string, FieldNode[]>;

/** `result` is not changed. */
export function restoreWithheld(
  result: FormattedExecutionResult,
  options: RestoreOptions,
): FormattedExecutionResult {
  const { schema, withheld, variables } = options;
  const { operation, fragments } = withheld.original;
  const errors: GraphQLFormattedError[] = [...(result.errors ?? [])];
  const told = errors.length;
  const root = schema.getRootType(operation.operation);
  // Nothing came of it at all: then the errors that came tell why.
  if (!root || result.data == null) return result;
  const data = restoreObject([operation.selectionSet], root, result.data, []);
  return { ...result, data, ...(errors.length > 0 ? { errors } : {}) };

  /** `null` where a null travels on upwards. */
  function restoreObject(
    sets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
    source: Readonly<Record<string, unknown>>,
    path: Path,
  ): Record<string, unknown> | null {
    const restored: Record<string, unknown> = {};
    for (const [key, nodes] of collect(sets, type, new Map())) {
      const field = type.getFields()[nodes[0]?.name.value ?? ''];
      const value = field
        ? restoreField(nodes, field.type, source[key], [...path, key])
        : (source[key] ?? null);
      if (value === null && field && isNonNullType(field.type)) return null;
      // Not a member that every object inherits: an alias may be called `__proto__`.
      Object.defineProperty(restored, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return restored;
  }

  function restoreField(
    nodes: readonly FieldNode[],
    type: GraphQLOutputType,
    value: unknown,
    path: Path,
  ): unknown {
    const requirement = nodes.every((node) => withheld.fields.has(node))
      ? withheld.fields.get(nodes[0] as FieldNode)
      : undefined;
    if (requirement) {
      if (errors.length - told < maxErrors) errors.push({ ...forbidden(requirement), path });
      return null;
    }
    const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    if (!sets.some((set) => withheld.touched.has(set))) return value ?? null;
    return restoreValue(sets, type, value, path);
  }

  function restoreValue(
    sets: readonly SelectionSetNode[],
    type: GraphQLOutputType,
    value: unknown,
    path: Path,
  ): unknown {
    if (value == null) return null;
    if (isNonNullType(type)) return restoreValue(sets, type.ofType, value, path);
    if (isListType(type)) {
      const items = (value as readonly unknown[]).map((item, index) =>
        restoreValue(sets, type.ofType, item, [...path, index]),
      );
      return isNonNullType(type.ofType) && items.includes(null) ? null : items;
    }
    const source = value as Readonly<Record<string, unknown>>;
    const named = getNamedType(type);
    const runtime = isAbstractType(named) ? schema.getType(String(source[typeKey])) : named;
    return isObjectType(runtime) ? restoreObject(sets, runtime, source, path) : null;
  }

  function collect(sets: readonly SelectionSetNode[], type: GraphQLObjectType, fields: Fields): Fields {
    for (const { selections } of sets)
      for (const selection of selections) {
        if (!isIncluded(selection)) continue;
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          const nodes = fields.get(key);
          if (nodes) nodes.push(selection);
          else fields.set(key, [selection]);
          continue;
        }
        const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
        if (inner && applies(inner.typeCondition?.name.value, type))
          collect([inner.selectionSet], type, fields);
      }
    return fields;
  }

  function applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  }

  function isIncluded(node: { readonly directives?: readonly DirectiveNode[] }): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, node, variables);
    return skip?.['if'] !== true && include?.['if'] !== false;
  }
}
