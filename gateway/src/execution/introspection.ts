/** `__schema` and `__type` beside other fields, or alone: answered from the schema in memory, by no subgraph. */
import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { isObject } from './shape-answer.ts';

/** By the name it is fetched under. */
export type Introspect = (variables: Readonly<Record<string, unknown>>) => (source: string) => unknown;

const nothing = () => () => null;

/** `operation` and `fragments` are those with separated names. */
export function compileIntrospection(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): Introspect {
  const selections = introspectionSelections(operation.selectionSet.selections, fragments);
  if (selections.length === 0) return nothing;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } },
      ...Object.values(fragments),
    ],
  };
  return (variables) => {
    const { data } = executeSync({ schema, document, variableValues: variables });
    return (source) => (isObject(data) ? (data[source] ?? null) : null);
  };
}

/** Root fields that begin with `__`, in the fragments around them, without everything beside them. */
function introspectionSelections(
  selections: readonly SelectionNode[],
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): readonly SelectionNode[] {
  return selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD)
      return selection.name.value === '__schema' || selection.name.value === '__type' ? [selection] : [];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    const inside = fragment ? introspectionSelections(fragment.selectionSet.selections, fragments) : [];
    if (inside.length === 0) return [];
    const { directives } = selection;
    const inline: SelectionNode = {
      kind: Kind.INLINE_FRAGMENT,
      selectionSet: { kind: Kind.SELECTION_SET, selections: inside },
      ...(directives ? { directives } : {}),
    };
    return [inline];
  });
}
