/**
 * What is sent with a field:
 *
 *   object   its weight, 1 unless `@cost` on the argument or input field says otherwise, and that of each of its fields
 *   list     its weight, 0 unless `@cost` says otherwise, and that of each item, which has the list's `@cost`
 *   other    its weight, 0 unless `@cost` on the argument or input field, else on its type, says otherwise
 *   null     nothing
 *
 * What is left out counts by its default in the schema. Source: "Cost Directives" of IBM, and Apollo's demand control.
 */
import {
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql';
import type { CostTable } from './cost-table.ts';

export interface InputCosts {
  readonly costs: CostTable;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An argument or a field of an input object. */
export interface InputSlot {
  readonly type: GraphQLInputType;
  /** By `@cost` on the slot itself. */
  readonly weight: number | undefined;
}

/** Of a value as it stands in the document. */
export function costOfLiteral(input: InputCosts, slot: InputSlot, node: ValueNode): number {
  switch (node.kind) {
    case Kind.VARIABLE:
      return costOfValue(input, slot, input.variables[node.name.value]);
    case Kind.NULL:
      return 0;
    case Kind.LIST: {
      // A scalar that takes lists, `JSON` for instance, is one value.
      if (!isListType(getNullableType(slot.type))) return costOfLeaf(input, slot);
      let cost = slot.weight ?? 0;
      for (const item of node.values) cost += costOfLiteral(input, itemOf(slot), item);
      return cost;
    }
    case Kind.OBJECT: {
      const given = new Map(node.fields.map(({ name, value }) => [name.value, value]));
      return costOfObject(input, slot, (name, field) => {
        const value = given.get(name);
        return value ? costOfLiteral(input, field, value) : costOfValue(input, field, field.defaultValue);
      });
    }
    default:
      return costOfLeaf(input, slot);
  }
}

/** Of a value that was coerced, so that defaults are in it: of a variable, or a default itself. */
export function costOfValue(input: InputCosts, slot: InputSlot, value: unknown): number {
  if (value === undefined || value === null) return 0;
  if (isListType(getNullableType(slot.type))) {
    let cost = slot.weight ?? 0;
    for (const item of Array.isArray(value) ? value : [value]) cost += costOfValue(input, itemOf(slot), item);
    return cost;
  }
  if (!isInputObjectType(getNamedType(slot.type)) || typeof value !== 'object')
    return costOfLeaf(input, slot);
  return costOfObject(input, slot, (name, field) =>
    costOfValue(input, field, (value as Readonly<Record<string, unknown>>)[name]),
  );
}

function costOfObject(
  input: InputCosts,
  slot: InputSlot,
  costOf: (name: string, field: InputSlot & { readonly defaultValue: unknown }) => number,
): number {
  const type = getNamedType(slot.type);
  if (!isInputObjectType(type)) return costOfLeaf(input, slot);
  let cost = slot.weight ?? 1;
  for (const field of Object.values(type.getFields())) {
    const weight = input.costs.inputFieldWeight(type.name, field.name);
    cost += costOf(field.name, { type: field.type, weight, defaultValue: field.defaultValue });
  }
  return cost;
}

function costOfLeaf({ costs }: InputCosts, { type, weight }: InputSlot): number {
  return weight ?? costs.typeWeight(getNamedType(type).name) ?? 0;
}

function itemOf({ type, weight }: InputSlot): InputSlot {
  const nullable = getNullableType(type);
  return { type: isListType(nullable) ? nullable.ofType : type, weight };
}
