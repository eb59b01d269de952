/**
 * Events whose selection is flat: one field that gives an object, of which leaves are selected, as of a token
 *
 *   generate { __typename sequence cursor ... on TokenGenerated { text logProbability } }
 *
 * GraphQL's own execution prepares the operation, collects its fields and looks its types up for each event anew, ten times the
 * work of reading the leaves. Here that is done once for a stream and each type of its events.
 *
 * Invariant: what comes of it is what `execute` gives. Whatever is not plainly so (a promise, an error, null where there may be
 * none, a list, an object, a resolver that asks where it is) is left to `execute`, which then reads the event again.
 */
import {
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Undefined where `execute` has to do it. */
export type FlatExecution = (rootValue: unknown, contextValue: unknown) => ExecutionResult | undefined;

/** Undefined for an operation that is not flat, whatever its events are. */
export function flatExecution(args: ExecutionArgs): FlatExecution | undefined {
  const operation = getOperationAST(args.document, args.operationName);
  const rootType = args.schema.getSubscriptionType();
  if (!operation || !rootType) return undefined;
  const { coerced } = getVariableValues(
    args.schema,
    operation.variableDefinitions ?? [],
    args.variableValues ?? {},
  );
  if (!coerced) return undefined;
  const collector: Collector = { schema: args.schema, fragments: fragmentsOf(args), variables: coerced };
  const [root, ...others] = fieldsOf(collector, rootType, [operation.selectionSet]);
  if (!root || others.length > 0) return undefined;
  const [name, nodes] = root;
  const field = rootType.getFields()[nodes[0].name.value];
  const read = field && readerOf(field, nodes[0]);
  const type = field && getNullableType(field.type);
  if (!read || !(isObjectType(type) || isAbstractType(type))) return undefined;
  const readersOf = memoized((objectType: GraphQLObjectType) =>
    readLeaves(
      collector,
      objectType,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    ),
  );

  return (rootValue, contextValue) => {
    try {
      const value = read(rootValue, contextValue);
      if (!isPlainObject(value)) return undefined;
      const objectType = isObjectType(type) ? type : resolvedType(args.schema, type, value, contextValue);
      const leaves = objectType && readersOf(objectType);
      if (!leaves) return undefined;
      const told: Record<string, unknown> = {};
      for (const leaf of leaves) {
        const got = leaf.read(value, contextValue);
        if (got === unclear) return undefined;
        told[leaf.name] = got;
      }
      return { data: { [name]: told } };
    } catch {
      return undefined;
    }
  };
}

/** `execute` asks for another, so nobody waits for this one. */
function isPromise(got: object): boolean {
  if (!('then' in got)) return false;
  Promise.resolve(got).catch(() => undefined);
  return true;
}

/** What only `execute` can say. */
const unclear = Symbol('unclear');

interface Leaf {
  readonly name: string;
  readonly read: (value: object, context: unknown) => unknown;
}

function readLeaves(
  collector: Collector,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
): readonly Leaf[] | undefined {
  if (type.isTypeOf) return undefined;
  const leaves: Leaf[] = [];
  for (const [name, [node]] of fieldsOf(collector, type, selections)) {
    // An object's own key of that name would not be what it says.
    if (name === '__proto__') return undefined;
    const leaf = node.name.value === '__typename' ? () => type.name : leafOf(type, node);
    if (!leaf) return undefined;
    leaves.push({ name, read: leaf });
  }
  return leaves;
}

function leafOf(type: GraphQLObjectType, node: FieldNode): Leaf['read'] | undefined {
  const field = type.getFields()[node.name.value];
  const read = field && readerOf(field, node);
  const leafType = field && leafTypeOf(field.type);
  if (!read || !leafType) return undefined;
  const mayBeNull = !isNonNullType(field.type);
  return (value, context) => {
    const got = read(value, context);
    if (got === null || got === undefined) return mayBeNull ? null : unclear;
    if (typeof got === 'object' && (got instanceof Error || isPromise(got))) return unclear;
    return leafType.serialize(got) ?? unclear;
  };
}

function leafTypeOf(type: GraphQLOutputType): GraphQLLeafType | undefined {
  const nullable = getNullableType(type);
  return isLeafType(nullable) ? nullable : undefined;
}

/** Of a field without arguments whose resolver asks for no more than the value and the context. */
function readerOf(
  { name, args, resolve }: GraphQLField<unknown, unknown>,
  node: FieldNode,
): ((value: unknown, context: unknown) => unknown) | undefined {
  if (args.length > 0 || node.arguments?.length) return undefined;
  if (!resolve)
    return (value) => {
      const got: unknown = (value as Readonly<Record<string, unknown>>)[name];
      return typeof got === 'function' ? unclear : got;
    };
  // One that takes its arguments as a list has a length of 0.
  if (resolve.length < 1 || resolve.length > 3) return undefined;
  return (value, context) => resolve(value, {}, context, undefined as never);
}

function resolvedType(
  schema: GraphQLSchema,
  type: GraphQLAbstractType,
  value: object,
  context: unknown,
): GraphQLObjectType | undefined {
  const { resolveType } = type;
  if (resolveType && (resolveType.length < 1 || resolveType.length > 2)) return undefined;
  const name: unknown = resolveType
    ? resolveType(value, context, undefined as never, type)
    : '__typename' in value && value.__typename;
  const resolved = typeof name === 'string' ? schema.getType(name) : undefined;
  return isObjectType(resolved) && schema.isSubType(type, resolved) ? resolved : undefined;
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !(value instanceof Error) && !isPromise(value);
}

function memoized<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key) as Value;
  };
}

// --- which fields are selected, as the specification collects them ------------------------------------------------

interface Collector {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

type Fields = Map<string, [FieldNode, ...FieldNode[]]>;

function fragmentsOf({ document }: ExecutionArgs): Collector['fragments'] {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

/** By their names in the answer, in their order. */
function fieldsOf(
  collector: Collector,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
): Fields {
  const fields: Fields = new Map();
  const seen = new Set<string>();
  for (const selection of selections) collect(collector, type, { selection, fields, seen });
  return fields;
}

interface Collecting {
  readonly selection: SelectionSetNode;
  readonly fields: Fields;
  /** Fragments are collected once. */
  readonly seen: Set<string>;
}

function collect(
  collector: Collector,
  type: GraphQLObjectType,
  { selection, fields, seen }: Collecting,
): void {
  for (const node of selection.selections) {
    if (!isIncluded(collector, node)) continue;
    if (node.kind === Kind.FIELD) {
      const name = node.alias?.value ?? node.name.value;
      const same = fields.get(name);
      if (same) same.push(node);
      else fields.set(name, [node]);
      continue;
    }
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      if (seen.has(node.name.value)) continue;
      seen.add(node.name.value);
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : collector.fragments.get(node.name.value);
    if (fragment && isOf(collector.schema, fragment.typeCondition?.name.value, type))
      collect(collector, type, { selection: fragment.selectionSet, fields, seen });
  }
}

function isIncluded({ variables }: Collector, node: SelectionNode): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false;
}

function isOf(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const named = schema.getType(condition);
  return isAbstractType(named) && schema.isSubType(named, type);
}
