/**
 * What the schema says about cost: `@cost(weight:)` on types, fields, arguments and input fields, and `@listSize(...)` on
 * fields, as composition writes both into the supergraph. Apollo's gateway does not act on them, so this one does.
 *
 * An interface has neither: what a field of it may cost is the most it costs on any type that implements it. Source:
 * "GraphQL Cost Directives" of IBM, sections 7 and 8.
 */
import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
} from 'graphql';
import { type CostDirectiveNames, costDirectiveNames } from './cost-directive-names.ts';

export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments whose value is the number of items, for instance `first`. */
  readonly slicingArguments: readonly string[];
  /** Where the list is a field of the returned object: `edges` of a connection. */
  readonly sizedFields: readonly string[];
  /** Exactly one of the slicing arguments must be given, or have a default. */
  readonly requireOneSlicingArgument: boolean;
}

/** Of a field as one object type has it. */
export interface FieldCost {
  /** What an instance of it weighs; absent where its type decides. */
  readonly weight: number | undefined;
  readonly listSize: ListSize | undefined;
  /** By argument; those that say nothing are left out. */
  readonly arguments: ReadonlyMap<string, number>;
}

export interface CostTable {
  /** Each way the field may be served: one on an object type; on an interface one for each that differs. */
  fieldCosts(typeName: string, fieldName: string): readonly FieldCost[];
  /** Of object types, enums and scalars that say so. */
  typeWeight(typeName: string): number | undefined;
  inputFieldWeight(typeName: string, fieldName: string): number | undefined;
}

const silent: FieldCost = { weight: undefined, listSize: undefined, arguments: new Map() };

export function createCostTable(supergraphSdl: string): CostTable {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = costDirectiveNames(document);
  const types = new Map<string, number>();
  const inputFields = new Map<string, number>();
  const fields = new Map<string, FieldCost>();
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name) continue;
    const typeName = definition.name.value;
    if (
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.ENUM_TYPE_DEFINITION ||
      definition.kind === Kind.SCALAR_TYPE_DEFINITION
    ) {
      const weight = weightIn(definition.directives, names);
      if (weight !== undefined) types.set(typeName, weight);
    }
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
      for (const [name, ofField] of weightsOf(definition.fields, names))
        inputFields.set(`${typeName}.${name}`, ofField);
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION)
      for (const field of definition.fields ?? []) {
        const cost: FieldCost = {
          weight: weightIn(field.directives, names),
          listSize: listSizeIn(field.directives, names),
          arguments: weightsOf(field.arguments, names),
        };
        if (cost.weight !== undefined || cost.listSize || cost.arguments.size > 0)
          fields.set(`${typeName}.${field.name.value}`, cost);
      }
  }
  const servedBy = implementers(document);
  return {
    fieldCosts(typeName, fieldName) {
      const own = fields.get(`${typeName}.${fieldName}`);
      const implementing = servedBy.get(typeName) ?? [];
      const declared = implementing.flatMap((name) => fields.get(`${name}.${fieldName}`) ?? []);
      if (declared.length === 0) return [own ?? silent];
      if (own) return [own, ...declared];
      return declared.length < implementing.length ? [silent, ...declared] : declared;
    },
    typeWeight: (typeName) => types.get(typeName),
    inputFieldWeight: (typeName, fieldName) => inputFields.get(`${typeName}.${fieldName}`),
  };
}

/** By interface: the object types whose fields may stand behind its own. */
function implementers({ definitions }: DocumentNode): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const definition of definitions)
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION)
      for (const { name } of definition.interfaces ?? [])
        found.set(name.value, [...(found.get(name.value) ?? []), definition.name.value]);
  return found;
}

function weightsOf(
  values: readonly InputValueDefinitionNode[] | undefined,
  names: CostDirectiveNames,
): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { name, directives } of values ?? []) {
    const weight = weightIn(directives, names);
    if (weight !== undefined) weights.set(name.value, weight);
  }
  return weights;
}

function weightIn(
  directives: readonly ConstDirectiveNode[] | undefined,
  { cost }: CostDirectiveNames,
): number | undefined {
  const directive = directives?.find(({ name }) => name.value === cost);
  return directive && numberOf(argument(directive, 'weight'));
}

function listSizeIn(
  directives: readonly ConstDirectiveNode[] | undefined,
  { listSize }: CostDirectiveNames,
): ListSize | undefined {
  const directive = directives?.find(({ name }) => name.value === listSize);
  if (!directive) return undefined;
  const requireOne = argument(directive, 'requireOneSlicingArgument');
  return {
    assumedSize: numberOf(argument(directive, 'assumedSize')),
    slicingArguments: namesOf(argument(directive, 'slicingArguments')),
    sizedFields: namesOf(argument(directive, 'sizedFields')),
    requireOneSlicingArgument: !(requireOne?.kind === Kind.BOOLEAN && !requireOne.value),
  };
}

function argument(directive: ConstDirectiveNode, name: string): ConstValueNode | undefined {
  return directive.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

/** IBM's weights are numbers in texts, Apollo's are integers. */
function numberOf(value: ConstValueNode | undefined): number | undefined {
  if (value?.kind !== Kind.INT && value?.kind !== Kind.FLOAT && value?.kind !== Kind.STRING) return undefined;
  const number = Number(value.value);
  return Number.isFinite(number) ? number : undefined;
}

function namesOf(value: ConstValueNode | undefined): readonly string[] {
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((item) => (item.kind === Kind.STRING ? [item.value] : []));
}
