/**
 * What an operation asks the devices for, read off its arguments before any work is done.
 *
 * The root fields that compute are known by name: `ask` and `generate`, and those that read texts, `embed` and `classify`. Whether a document has any is looked up
 * once a document, so that other operations pay a look-up and nothing else.
 */
import {
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Of one generation, or of one batch of texts that are read. */
export interface Demand {
  readonly kind: 'generation' | 'reading';
  /** By name, without version or alias; undefined for the platform's own. */
  readonly model: string | undefined;
  readonly promptCharacters: number;
  /** The most that may be generated, all completions together. */
  readonly completionTokens: number;
}

export interface DemandInput {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

const reading: ReadonlySet<string> = new Set(['embed', 'classify']);
const generating: ReadonlySet<string> = new Set(['ask', 'generate', ...reading]);
const none: readonly Demand[] = [];
const known = new WeakMap<OperationDefinitionNode, boolean>();

/** Of a validated operation. */
export function demandsOf(input: DemandInput): readonly Demand[] {
  const { operation } = input;
  let generates = known.get(operation);
  if (generates === undefined) {
    generates = mentions(operation.selectionSet, input.fragments);
    known.set(operation, generates);
  }
  if (!generates) return none;
  const root = input.schema.getRootType(operation.operation);
  const fields = new Map<string, FieldNode>();
  if (root) collect(input, root, operation.selectionSet, fields);
  return [...fields.values()].flatMap((field) => (root ? demandOf(input, root, field) : []));
}

function mentions(
  { selections }: SelectionSetNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): boolean {
  return selections.some((selection) => {
    if (selection.kind === Kind.FIELD) return generating.has(selection.name.value);
    const target = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    return target !== undefined && mentions(target.selectionSet, fragments);
  });
}

/** By response name: the same field twice is fetched once. */
function collect(
  input: DemandInput,
  root: GraphQLObjectType,
  { selections }: SelectionSetNode,
  fields: Map<string, FieldNode>,
): void {
  for (const selection of selections) {
    if (!isIncluded(input, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      if (generating.has(selection.name.value))
        fields.set(selection.alias?.value ?? selection.name.value, selection);
      continue;
    }
    const target =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : input.fragments[selection.name.value];
    if (target) collect(input, root, target.selectionSet, fields);
  }
}

function isIncluded({ variables }: DemandInput, selection: SelectionNode): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, selection, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, selection, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

function demandOf({ variables }: DemandInput, root: GraphQLObjectType, node: FieldNode): readonly Demand[] {
  const field = root.getFields()[node.name.value];
  if (!field) return none;
  const { input, after } = getArgumentValues(field, node, variables);
  // Behind a cursor the service starts nothing: what it goes on with was charged when it began.
  if (typeof after === 'string') return none;
  if (typeof input !== 'object' || input === null) return none;
  return [demandOfInput(node.name.value, input as Readonly<Record<string, unknown>>)];
}

function demandOfInput(field: string, input: Readonly<Record<string, unknown>>): Demand {
  const { model, question, prompt, messages, texts, maxTokens, n } = input;
  const characters =
    lengthOf(question) + lengthOf(prompt) + sumOf(messages, contentLength) + sumOf(texts, lengthOf);
  return {
    kind: reading.has(field) ? 'reading' : 'generation',
    model: typeof model === 'string' ? model.split('@')[0] : undefined,
    promptCharacters: characters,
    completionTokens: reading.has(field) ? 0 : positive(maxTokens, 0) * positive(n, 1),
  };
}

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0);

const contentLength = (message: unknown): number =>
  typeof message === 'object' && message !== null && 'content' in message ? lengthOf(message.content) : 0;

const sumOf = (list: unknown, of: (item: unknown) => number): number =>
  Array.isArray(list) ? list.reduce<number>((sum, item) => sum + of(item), 0) : 0;

/** What the service will refuse as out of bounds costs nothing here. */
const positive = (value: unknown, otherwise: number): number =>
  typeof value === 'number' && value > 0 ? value : otherwise;
