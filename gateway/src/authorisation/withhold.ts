/**
 * An operation without what its sender may not have, made before planning: no service is asked for it.
 *
 * A field is withheld if a requirement of its type, of the field, or of what it returns is not met. A field of an
 * interface is withheld, too, if it is forbidden on any type that could stand there: which one does is known only when
 * it is too late. What is left is an operation like any other; `restore.ts` puts null where something was withheld.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Requirement, Requirements } from './requirements.ts';

export interface OriginalOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

export interface Withheld {
  readonly original: OriginalOperation;
  /** The first unmet requirement of each field that was taken out. */
  readonly fields: ReadonlyMap<FieldNode, Requirement>;
  /** Selections that hold such a field, at whatever depth. */
  readonly touched: ReadonlySet<SelectionSetNode>;
}

/** With whether anything is left to run. */
export interface WithheldParts extends Withheld {
  readonly isEmpty: boolean;
}

export interface Remainder extends OriginalOperation {
  readonly query: string;
  readonly withheld: WithheldParts;
}

/** Under which name the type of an object is asked for, where it decides what applies. Never shown. */
export const typeKey = '_fathom_type';

export interface WithholdOptions {
  /** With all elements, as the requirements name them. */
  readonly schema: GraphQLSchema;
  readonly requirements: Requirements;
  readonly isUnmet: (requirement: Requirement) => boolean;
}

/** `undefined` if nothing has to be withheld. */
export function withhold(original: OriginalOperation, options: WithholdOptions): Remainder | undefined {
  const withheld = findWithheld(original, options);
  if (withheld.fields.size === 0) return undefined;
  const operation = {
    ...original.operation,
    selectionSet: remaining(original.operation.selectionSet, withheld, 'root'),
  };
  const fragments = Object.values(original.fragments).map((fragment) => ({
    ...fragment,
    selectionSet: remaining(fragment.selectionSet, withheld, 'inner'),
  }));
  const document = withoutUnused(operation, fragments);
  const [kept, ...used] = document.definitions as [OperationDefinitionNode, ...FragmentDefinitionNode[]];
  return {
    document,
    operation: kept,
    fragments: Object.fromEntries(used.map((fragment) => [fragment.name.value, fragment])),
    query: print(document),
    withheld: { ...withheld, isEmpty: kept.selectionSet.selections.length === 0 },
  };
}

function findWithheld(original: OriginalOperation, options: WithholdOptions): Withheld {
  const { schema } = options;
  const fields = new Map<FieldNode, Requirement>();
  const touched = new Set<SelectionSetNode>();
  const fragments = new Map<string, boolean>();

  function look(set: SelectionSetNode, parent: GraphQLCompositeType): boolean {
    let found = false;
    for (const selection of set.selections) found = lookAt(selection, parent) || found;
    if (found) touched.add(set);
    return found;
  }

  function lookAt(selection: SelectionNode, parent: GraphQLCompositeType): boolean {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return lookInFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT)
      return look(selection.selectionSet, typeNamed(selection.typeCondition?.name.value, parent));
    const unmet = unmetOf(selection.name.value, parent, options);
    if (unmet) {
      fields.set(selection, unmet);
      return true;
    }
    const type = fieldType(selection.name.value, parent);
    return selection.selectionSet && type ? look(selection.selectionSet, type) : false;
  }

  function lookInFragment(name: string): boolean {
    const known = fragments.get(name);
    const fragment = original.fragments[name];
    if (known !== undefined || !fragment) return known ?? false;
    const type = schema.getType(fragment.typeCondition.name.value);
    const found = isCompositeType(type) && look(fragment.selectionSet, type);
    fragments.set(name, found);
    return found;
  }

  function typeNamed(name: string | undefined, otherwise: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? undefined : schema.getType(name);
    return isCompositeType(type) ? type : otherwise;
  }

  const root = schema.getRootType(original.operation.operation);
  if (root) look(original.operation.selectionSet, root);
  return { original, fields, touched };
}

function unmetOf(
  name: string,
  parent: GraphQLCompositeType,
  { schema, requirements, isUnmet }: WithholdOptions,
): Requirement | undefined {
  if (name.startsWith('__')) return undefined;
  const returned = fieldType(name, parent, true);
  const possible = isInterfaceType(parent) ? schema.getPossibleTypes(parent) : [];
  const coordinates = [
    ...[parent, ...possible].flatMap((type) => [type.name, `${type.name}.${name}`]),
    ...(returned === undefined ? [] : [returned]),
  ];
  return coordinates.flatMap((coordinate) => requirements.of(coordinate)).find(isUnmet);
}

function fieldType(name: string, parent: GraphQLCompositeType): GraphQLCompositeType | undefined;
function fieldType(name: string, parent: GraphQLCompositeType, named: true): string | undefined;
function fieldType(
  name: string,
  parent: GraphQLCompositeType,
  named?: true,
): GraphQLCompositeType | string | undefined {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  const field = parent.getFields()[name];
  if (!field) return undefined;
  const type = getNamedType(field.type);
  if (named) return type.name;
  return isCompositeType(type) ? type : undefined;
}

function remaining(set: SelectionSetNode, withheld: Withheld, place: 'root' | 'inner'): SelectionSetNode {
  if (!withheld.touched.has(set)) return set;
  const selections = set.selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
    if (selection.kind === Kind.FIELD && withheld.fields.has(selection)) return [];
    if (!selection.selectionSet) return [selection];
    return [
      { ...selection, selectionSet: remaining(selection.selectionSet, withheld, 'inner') } as SelectionNode,
    ];
  });
  return { ...set, selections: place === 'root' ? selections : [...selections, typeSelection] };
}

/** Tells which fragments applied, and keeps a selection from being empty. */
const typeSelection: FieldNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: typeKey },
  name: { kind: Kind.NAME, value: '__typename' },
};

/** A document in which variables or fragments are left over is not valid. */
function withoutUnused(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): DocumentNode {
  const reached = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  function reach(node: OperationDefinitionNode | FragmentDefinitionNode): void {
    visit(node, {
      // Definitions name variables too; only uses count.
      VariableDefinition: () => false,
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread: ({ name }) => {
        const fragment = fragments.find((candidate) => candidate.name.value === name.value);
        if (!fragment || reached.has(name.value)) return;
        reached.set(name.value, fragment);
        reach(fragment);
      },
    });
  }
  reach(operation);
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        ...operation,
        variableDefinitions: (operation.variableDefinitions ?? []).filter(({ variable }) =>
          variables.has(variable.name.value),
        ),
      },
      ...reached.values(),
    ],
  };
}

/** The fields directly on the root, through whatever fragments. */
export function withheldRootFields({ original, fields }: Withheld): readonly Requirement[] {
  const found: Requirement[] = [];
  function look(set: SelectionSetNode): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const requirement = fields.get(selection);
        if (requirement) found.push(requirement);
        continue;
      }
      const inner =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : original.fragments[selection.name.value]?.selectionSet;
      if (inner) look(inner);
    }
  }
  look(original.operation.selectionSet);
  return found;
}
