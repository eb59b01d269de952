/**
 * A subscription asked for again by a client that has nothing but the id of the last event it saw, as the standard's EventSource
 * does: the operation that it sent, with that id at `after`, whatever it said there.
 *
 *   subscription($id: ID!) { progressed(id: $id) { cursor } }
 *     -> subscription($id: ID!, $lastEventId: String) { progressed(id: $id, after: $lastEventId) { cursor } }
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { afterByVariable, withArguments } from './after-argument.ts';
import type { PreparedOperation } from './operation.ts';

export interface Resumption {
  readonly operation: PreparedOperation;
  /** Whose value is the id. */
  readonly variable: string;
}

const known = new WeakMap<PreparedOperation, Resumption | 'impossible'>();

/** Made once a prepared operation, so that all who come again share its plan. `impossible`: its field takes no `after`. */
export function resumptionOf(schema: GraphQLSchema, prepared: PreparedOperation): Resumption | 'impossible' {
  const made = known.get(prepared) ?? makeResumption(schema, prepared);
  known.set(prepared, made);
  return made;
}

function makeResumption(schema: GraphQLSchema, prepared: PreparedOperation): Resumption | 'impossible' {
  const { operation, fragments } = prepared;
  const fields = rootFieldsOf(operation, fragments);
  const type = afterTypeOf(schema, prepared);
  if (type === undefined) return 'impossible';
  const variable = freeName(operation);
  const { argument, definition } = afterByVariable(variable, type);
  const others = fields[0]?.arguments?.filter(({ name }) => name.value !== 'after') ?? [];
  const { document } = withArguments(
    { kind: Kind.DOCUMENT, definitions: [operation, ...Object.values(fragments)] },
    { fields, arguments: [...others, argument], definitions: [definition] },
  );
  const changed = getOperationAST(document);
  if (!changed) return 'impossible';
  const changedFragments = Object.fromEntries(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  return {
    variable,
    operation: { ...prepared, document, operation: changed, fragments: changedFragments },
  };
}

/** Of the one field of a subscription, where it has an `after` that takes a text. */
export function afterTypeOf(
  schema: GraphQLSchema,
  { operation, fragments }: Pick<PreparedOperation, 'operation' | 'fragments'>,
): string | undefined {
  if (operation.operation !== 'subscription') return undefined;
  const [field] = rootFieldsOf(operation, fragments);
  const definition = field && schema.getSubscriptionType()?.getFields()[field.name.value];
  const type = String(definition?.args.find(({ name }) => name === 'after')?.type);
  return /^(String|ID)!?$/.test(type) ? type : undefined;
}

/** A subscription has one field; it may be written several times, and within fragments. */
export function rootFieldsOf(
  { selectionSet }: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): readonly FieldNode[] {
  const fieldsOf = ({ selections }: SelectionSetNode): readonly FieldNode[] =>
    selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      const target = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      return target ? fieldsOf(target.selectionSet) : [];
    });
  return fieldsOf(selectionSet);
}

function freeName({ variableDefinitions = [] }: OperationDefinitionNode): string {
  const taken = new Set(variableDefinitions.map(({ variable }) => variable.name.value));
  let name = 'lastEventId';
  while (taken.has(name)) name += '_';
  return name;
}
