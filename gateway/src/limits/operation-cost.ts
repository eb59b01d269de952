/**
 * How many objects an operation could touch, known before any work is done.
 *
 *   cost(field) = size(field) x (weight(field) + cost(its selections))
 *
 * A field of a composite type weighs 1, a leaf 0, unless `@cost` says otherwise; a mutation's root field weighs 10.
 * `size` is 1, or for a list: the slicing argument (`first`, `last`, `limit`) of the field itself or of the connection
 * around it, else `@listSize(assumedSize:)`, else 10. Introspection is free: it is answered from memory.
 * Source: the static query cost of the IBM GraphQL Cost Directives specification.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { CostTable, ListSize } from './cost-table.ts';

const defaultListSize = 10;
const mutationWeight = 10;
const slicingByConvention = ['first', 'last', 'limit'];

export interface CostInput {
  readonly schema: GraphQLSchema;
  readonly costs: CostTable;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The list that a connection field announced for some of its own fields (`edges`, `nodes`). */
interface Announced {
  readonly fields: readonly string[];
  readonly size: number;
}

/** Of a validated operation. */
export function operationCost(input: CostInput): number {
  const root = input.schema.getRootType(input.operation.operation);
  if (!root) return 0;
  const baseWeight = input.operation.operation === 'mutation' ? mutationWeight : 1;
  return costOfSelections(input, input.operation.selectionSet, root, undefined, baseWeight);
}

function costOfSelections(
  input: CostInput,
  selectionSet: SelectionSetNode,
  parent: GraphQLCompositeType,
  announced: Announced | undefined,
  compositeWeight = 1,
): number {
  let cost = 0;
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      cost += costOfField(input, selection, parent, announced, compositeWeight);
      continue;
    }
    const target =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : input.fragments[selection.name.value];
    if (!target) continue;
    const condition = target.typeCondition && input.schema.getType(target.typeCondition.name.value);
    const type = condition && isCompositeType(condition) ? condition : parent;
    cost += costOfSelections(input, target.selectionSet, type, announced, compositeWeight);
  }
  return cost;
}

function costOfField(
  input: CostInput,
  node: FieldNode,
  parent: GraphQLCompositeType,
  announced: Announced | undefined,
  compositeWeight: number,
): number {
  if (node.name.value.startsWith('__')) return 0;
  const field =
    isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
  if (!field) return 0;
  const declared = input.costs.get(`${parent.name}.${field.name}`);
  const type = getNamedType(field.type);
  const requested = requestedSize(input, node, field, declared?.listSize);
  const size = isList(field.type)
    ? ((announced?.fields.includes(field.name) ? announced.size : undefined) ??
      requested ??
      declared?.listSize?.assumedSize ??
      defaultListSize)
    : 1;
  const weight = declared?.weight ?? (isCompositeType(type) ? compositeWeight : 0);
  if (!node.selectionSet || !isCompositeType(type)) return size * weight;
  return (
    size *
    (weight +
      costOfSelections(input, node.selectionSet, type, announce(declared?.listSize, requested, field)))
  );
}

/** A connection tells its `edges` and `nodes` how long they are. */
function announce(
  listSize: ListSize | undefined,
  requested: number | undefined,
  field: GraphQLField<unknown, unknown>,
): Announced | undefined {
  if (isList(field.type)) return undefined;
  const size = requested ?? listSize?.assumedSize;
  if (size === undefined) return undefined;
  return { size, fields: listSize?.sizedFields.length ? listSize.sizedFields : ['edges', 'nodes', 'items'] };
}

function requestedSize(
  input: CostInput,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  listSize: ListSize | undefined,
): number | undefined {
  const names = listSize?.slicingArguments.length ? listSize.slicingArguments : slicingByConvention;
  for (const name of names) {
    const definition = field.args.find((candidate) => candidate.name === name);
    if (!definition) continue;
    const given = node.arguments?.find((candidate) => candidate.name.value === name)?.value;
    const value =
      given?.kind === Kind.VARIABLE
        ? (input.variables[given.name.value] ?? definition.defaultValue)
        : given?.kind === Kind.INT
          ? Number(given.value)
          : definition.defaultValue;
    if (typeof value === 'number') return Math.max(0, value);
  }
  return undefined;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}
