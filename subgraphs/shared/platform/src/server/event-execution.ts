/**
 * What each event of a subscription is executed with.
 *
 * GraphQL executes the whole operation for every event, and so reads the operation's variables and the arguments of its field
 * anew each time: of a `generate` through this service that was an eighth of all work. They have had their effect when the
 * stream began, so events are executed by the same operation without them: the field has no arguments, and only variables are
 * left that the selection below it uses.
 *
 *   subscription ($input: GenerateInput!, $top: Boolean!) { generate(input: $input) { text logProbability @include(if: $top) } }
 *   each event:   ($top: Boolean!)                        { generate                { text logProbability @include(if: $top) } }
 *
 * A field whose `resolve` reads its arguments keeps them.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FieldNode,
  GraphQLObjectType,
  GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { flatExecution } from './flat-events.ts';

/** Executes an event of the stream that an operation opened. */
export type ExecuteEvent = (
  rootValue: unknown,
  contextValue: unknown,
) => ExecutionResult | Promise<ExecutionResult>;

export function createEventExecutor(args: ExecutionArgs): ExecuteEvent {
  const perEvent = eventExecution(args);
  const whole: ExecuteEvent = (rootValue, contextValue) =>
    execute({ ...perEvent, rootValue, contextValue }) as ExecutionResult | Promise<ExecutionResult>;
  const flat = flatExecution(perEvent);
  return flat
    ? (rootValue, contextValue) => flat(rootValue, contextValue) ?? whole(rootValue, contextValue)
    : whole;
}

/** The arguments of `execute` for each event; the root value and the context are the event's own. */
export function eventExecution(args: ExecutionArgs): ExecutionArgs {
  const { schema, document, operationName } = args;
  const operation = getOperationAST(document, operationName);
  const field = operation && rootField(operation);
  const isSparing = field?.arguments?.length && !readsArguments(schema, field.name.value);
  if (!operation || !isSparing) return args;
  return { ...args, schema: withoutRootArguments(schema), document: sparing(document, operation, field) };
}

/** A subscription has one, but for those that hide it in a fragment. */
function rootField({ selectionSet }: OperationDefinitionNode): FieldNode | undefined {
  const [only, ...others] = selectionSet.selections;
  return only?.kind === Kind.FIELD && others.length === 0 ? only : undefined;
}

function readsArguments(schema: GraphQLSchema, name: string): boolean {
  const field = schema.getSubscriptionType()?.getFields()[name];
  return field === undefined || (field.resolve !== undefined && field.resolve.length !== 1);
}

const sparingSchemas = new WeakMap<GraphQLSchema, GraphQLSchema>();

function withoutRootArguments(schema: GraphQLSchema): GraphQLSchema {
  const known = sparingSchemas.get(schema);
  if (known) return known;
  const { subscription, types, ...config } = schema.toConfig();
  if (!subscription) return schema;
  const { fields, ...type } = subscription.toConfig();
  const root = new GraphQLObjectType({
    ...type,
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, args: {} }])),
  });
  const sparingSchema = new GraphQLSchema({
    ...config,
    subscription: root,
    types: types.filter((other) => other !== subscription),
    assumeValid: true,
  });
  sparingSchemas.set(schema, sparingSchema);
  return sparingSchema;
}

const sparingDocuments = new WeakMap<OperationDefinitionNode, DocumentNode>();

function sparing(document: DocumentNode, operation: OperationDefinitionNode, field: FieldNode): DocumentNode {
  const known = sparingDocuments.get(operation);
  if (known) return known;
  const withoutArguments: OperationDefinitionNode = {
    ...operation,
    selectionSet: { ...operation.selectionSet, selections: [{ ...field, arguments: [] }] },
  };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const used = variablesIn([{ ...withoutArguments, variableDefinitions: [] }, ...fragments]);
  const variableDefinitions = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  );
  const spared: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...withoutArguments, variableDefinitions }, ...fragments],
  };
  sparingDocuments.set(operation, spared);
  return spared;
}

function variablesIn(definitions: DocumentNode['definitions']): ReadonlySet<string> {
  const names = new Set<string>();
  visit({ kind: Kind.DOCUMENT, definitions }, { Variable: ({ name }) => void names.add(name.value) });
  return names;
}
