/**
 * What an operation could cost, known before any work is done.
 *
 *   cost(operation) = 10 for a mutation + cost(its selections)
 *   cost(field)     = size x weight + cost(arguments), at least 0, + size x cost(its selections)
 *
 * A field weighs what its `@cost` says, else its type's, else 1 for a composite type and 0 for a leaf; a union or interface
 * weighs what the heaviest of its types does. `size` is 1, or for a list what `list-size.ts` says, for a field that the
 * object around it sizes (`edges` of a connection) what was asked of that, and 10 where nothing says more. Introspection
 * is free: it is answered from memory. Fragments add up, whichever types they are on, so it is an upper bound.
 *
 * Sources: "GraphQL Cost Directives" of IBM (static query analysis), and Apollo's demand control for how the parts add up.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { costOfLiteral, costOfValue } from './argument-cost.ts';
import type { CostTable, FieldCost } from './cost-table.ts';
import { requestedSize, type UnsizedList, unsized } from './list-size.ts';

export const defaultListSize = 10;
const mutationCost = 10;

export interface CostInput {
  readonly schema: GraphQLSchema;
  readonly costs: CostTable;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface OperationCost {
  readonly cost: number;
  /** The first list whose size cannot be told, though the schema demands it. */
  readonly unsized: UnsizedList | undefined;
}

/** Of a validated operation. */
export function operationCost(input: CostInput): OperationCost {
  const root = input.schema.getRootType(input.operation.operation);
  if (!root) return { cost: 0, unsized: undefined };
  const weighing = new Weighing(input);
  const cost = weighing.selections(input.operation.selectionSet, root, nothingAnnounced);
  return {
    cost: cost + (input.operation.operation === 'mutation' ? mutationCost : 0),
    unsized: weighing.unsized,
  };
}

/** How long the lists are that an object announced for some of its own fields (`edges`, `nodes`). */
type Announced = ReadonlyMap<string, number>;

const nothingAnnounced: Announced = new Map();
/** Fields of connections, where the schema does not name them. */
const sizedByConvention: readonly string[] = ['edges', 'nodes', 'items'];

class Weighing {
  unsized: UnsizedList | undefined;
  readonly #input: CostInput;

  constructor(input: CostInput) {
    this.#input = input;
  }

  selections(selectionSet: SelectionSetNode, parent: GraphQLCompositeType, announced: Announced): number {
    const { schema, fragments } = this.#input;
    let cost = 0;
    for (const selection of selectionSet.selections) {
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        cost += this.#field(selection, parent, announced);
        continue;
      }
      const target = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      if (!target) continue;
      const condition = target.typeCondition && schema.getType(target.typeCondition.name.value);
      const type = condition && isCompositeType(condition) ? condition : parent;
      cost += this.selections(target.selectionSet, type, announced);
    }
    return cost;
  }

  #isIncluded(selection: SelectionNode): boolean {
    if (!selection.directives?.length) return true;
    const { variables } = this.#input;
    const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
    const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
    return skip?.['if'] !== true && include?.['if'] !== false;
  }

  #field(node: FieldNode, parent: GraphQLCompositeType, announced: Announced): number {
    if (node.name.value.startsWith('__')) return 0;
    const field =
      isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (!field) return 0;
    const declared = this.#input.costs.fieldCosts(parent.name, field.name);
    const size = isList(field.type) ? (announced.get(field.name) ?? this.#ownSize(declared, field, node)) : 1;
    this.#requireSize(declared, field, node, parent);
    const type = getNamedType(field.type);
    const weight = Math.max(...declared.map((cost) => cost.weight ?? this.#typeWeight(type.name)));
    const own = Math.max(0, size * weight + this.#arguments(declared, field, node));
    if (!node.selectionSet || !isCompositeType(type)) return own;
    return own + size * this.selections(node.selectionSet, type, this.#announce(declared, field, node));
  }

  #typeWeight(name: string): number {
    const { schema, costs } = this.#input;
    const type = schema.getType(name);
    const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
    if (possible.length > 0) return Math.max(...possible.map((member) => this.#typeWeight(member.name)));
    return costs.typeWeight(name) ?? (isCompositeType(type) ? 1 : 0);
  }

  #ownSize(declared: readonly FieldCost[], field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    const { variables } = this.#input;
    return Math.max(
      ...declared.map(({ listSize }) => requestedSize(listSize, field, node, variables) ?? defaultListSize),
    );
  }

  #requireSize(
    declared: readonly FieldCost[],
    field: GraphQLField<unknown, unknown>,
    node: FieldNode,
    parent: GraphQLCompositeType,
  ): void {
    for (const { listSize } of declared) {
      const missing = listSize && unsized(listSize, field, node, this.#input.variables);
      if (missing) this.unsized ??= { field: `${parent.name}.${field.name}`, ...missing };
    }
  }

  /** A connection tells its `edges` and `nodes` how long they are. */
  #announce(
    declared: readonly FieldCost[],
    field: GraphQLField<unknown, unknown>,
    node: FieldNode,
  ): Announced {
    const announced = new Map<string, number>();
    for (const { listSize } of declared) {
      const size = requestedSize(listSize, field, node, this.#input.variables);
      if (size === undefined) continue;
      const fields = listSize ? listSize.sizedFields : isList(field.type) ? [] : sizedByConvention;
      for (const name of fields) announced.set(name, Math.max(size, announced.get(name) ?? 0));
    }
    return announced.size === 0 ? nothingAnnounced : announced;
  }

  #arguments(declared: readonly FieldCost[], field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    let cost = 0;
    for (const { name, type, defaultValue } of field.args) {
      const weights = declared.flatMap((candidate) => candidate.arguments.get(name) ?? []);
      const slot = { type, weight: weights.length > 0 ? Math.max(...weights) : undefined };
      const given = node.arguments?.find((candidate) => candidate.name.value === name)?.value;
      const isAbsent =
        !given || (given.kind === Kind.VARIABLE && this.#input.variables[given.name.value] === undefined);
      cost += isAbsent
        ? costOfValue(this.#input, slot, defaultValue)
        : costOfLiteral(this.#input, slot, given);
    }
    return cost;
  }
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}
