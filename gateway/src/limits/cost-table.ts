/**
 * What the schema says about cost: `@cost(weight:)` and `@listSize(...)` of the supergraph, by `Type.field`.
 * Apollo composes both directives but its gateway does not act on them, so the gateway does.
 * Source: "Cost Directives" of the IBM GraphQL specification, static part.
 */
import { type ConstDirectiveNode, type ConstValueNode, Kind, parse } from 'graphql';

export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments whose value is the number of items, for instance `first`. */
  readonly slicingArguments: readonly string[];
  /** Where the list is a field of the returned object: `edges` of a connection. */
  readonly sizedFields: readonly string[];
}

export interface FieldCost {
  readonly weight: number | undefined;
  readonly listSize: ListSize | undefined;
}

export type CostTable = ReadonlyMap<string, FieldCost>;

export function createCostTable(supergraphSdl: string): CostTable {
  const table = new Map<string, FieldCost>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue;
    for (const field of definition.fields ?? []) {
      const cost = field.directives?.find((directive) => isNamed(directive, 'cost'));
      const listSize = field.directives?.find((directive) => isNamed(directive, 'listSize'));
      if (!cost && !listSize) continue;
      table.set(`${definition.name.value}.${field.name.value}`, {
        weight: cost && numberOf(argument(cost, 'weight')),
        listSize: listSize && {
          assumedSize: numberOf(argument(listSize, 'assumedSize')),
          slicingArguments: namesOf(argument(listSize, 'slicingArguments')),
          sizedFields: namesOf(argument(listSize, 'sizedFields')),
        },
      });
    }
  }
  return table;
}

/** Composition may prefix a directive with its specification's name: `@cost__listSize`. */
function isNamed(directive: ConstDirectiveNode, name: string): boolean {
  return directive.name.value === name || directive.name.value === `cost__${name}`;
}

function argument(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

function numberOf(value: ConstValueNode | undefined): number | undefined {
  return value?.kind === Kind.INT || value?.kind === Kind.FLOAT ? Number(value.value) : undefined;
}

function namesOf(value: ConstValueNode | undefined): readonly string[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((item) => (item.kind === Kind.STRING ? [item.value] : []));
}
