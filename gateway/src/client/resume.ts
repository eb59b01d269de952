/**
 * How a stream continues after it was lost: the same field with `after` behind the last cursor that was seen. Whoever
 * starts something cannot start it again: `ask` and `generate` become `generationEvents(id, after)` with the same
 * selection under the same name, so whoever reads the events notices nothing.
 *
 * Before the first event there is neither id nor cursor; then the same request is sent again. What begins at its own
 * beginning loses nothing by that, and an `idempotencyKey` joins the generation that may have been started already.
 */
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parseType,
  type VariableDefinitionNode,
  visit,
} from 'graphql';

export interface ResumableRequest {
  readonly document: DocumentNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Sending it again does no harm. */
  readonly repeatable: boolean;
}

export interface Resume {
  begin(request: Omit<ResumableRequest, 'repeatable'>): ResumableRequest;
  /** What to send if the stream is lost behind this event. */
  after(request: ResumableRequest, event: object): ResumableRequest;
}

/** Never continues: for streams that begin anew with each subscription. */
export const neverResume: Resume = {
  begin: (request) => ({ ...request, repeatable: false }),
  after: (request) => request,
};

const starting = ['ask', 'generate'];
/** Those that begin at the beginning without a cursor. */
const replayed = ['generationEvents', 'trainingRunProgressed', 'fineTuningJobProgressed'];
/** Those that take one. `alertFired` begins at the present without it. */
const continued = [...replayed, 'alertFired'];

export const resumeStream: Resume = {
  begin({ document, variables }) {
    const root = rootField(document);
    const { input } = variables;
    if (!starting.includes(root.name.value) || typeof input !== 'object' || input === null)
      return {
        document,
        variables,
        repeatable: replayed.includes(root.name.value) || hasCursor(root, variables),
      };
    const key = (input as { idempotencyKey?: unknown }).idempotencyKey ?? crypto.randomUUID();
    return {
      document,
      variables: { ...variables, input: { ...input, idempotencyKey: key } },
      repeatable: true,
    };
  },

  after(request, event) {
    const root = rootField(request.document);
    const { cursor, generation } = ((event as Record<string, unknown>)[(root.alias ?? root.name).value] ??
      {}) as { readonly cursor?: unknown; readonly generation?: { readonly id?: unknown } };
    const starts = starting.includes(root.name.value);
    const isKnown = starts
      ? typeof generation?.id === 'string'
      : continued.includes(root.name.value) || argumentOf(root, 'after') !== undefined;
    if (!isKnown || typeof cursor !== 'string') return { ...request, repeatable: false };
    const document = continuing(request.document);
    const used = usedVariables(document);
    const kept = Object.entries(request.variables).filter(([name]) => used.has(name));
    return {
      document,
      variables: {
        ...Object.fromEntries(kept),
        ...(starts ? { resumeId: generation?.id } : {}),
        resumeAfter: cursor,
      },
      repeatable: true,
    };
  },
};

/** Whether the stream is asked for behind a cursor, from where it can be asked for again. */
function hasCursor(root: FieldNode, variables: Readonly<Record<string, unknown>>): boolean {
  const value = argumentOf(root, 'after')?.value;
  if (value?.kind === Kind.VARIABLE) return typeof variables[value.name.value] === 'string';
  return value?.kind === Kind.STRING;
}

/**
 *   ask(input: $input) {…}           -> ask: generationEvents(id: $resumeId, after: $resumeAfter) {…}
 *   anything(x: $x, after: $c) {…}   -> anything: anything(x: $x, after: $resumeAfter) {…}
 */
export function continuing(document: DocumentNode): DocumentNode {
  const operation = operationOf(document);
  const root = rootField(document);
  const starts = starting.includes(root.name.value);
  const kept = starts
    ? [argument('id', 'resumeId')]
    : (root.arguments ?? []).filter(({ name }) => name.value !== 'after');
  const field: FieldNode = {
    ...root,
    alias: root.alias ?? root.name,
    name: starts ? { kind: Kind.NAME, value: 'generationEvents' } : root.name,
    arguments: [...kept, argument('after', 'resumeAfter')],
  };
  const withField = (variableDefinitions: readonly VariableDefinitionNode[]): DocumentNode => ({
    ...document,
    definitions: document.definitions.map((definition) =>
      definition === operation
        ? {
            ...operation,
            variableDefinitions,
            selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
          }
        : definition,
    ),
  });
  const used = usedVariables(withField([]));
  const declared = (operation.variableDefinitions ?? []).filter(({ variable }) =>
    used.has(variable.name.value),
  );
  const missing = [...used].filter((name) => !declared.some(({ variable }) => variable.name.value === name));
  return withField([...declared, ...missing.map(declare)]);
}

function argumentOf(field: FieldNode, name: string): ArgumentNode | undefined {
  return field.arguments?.find((candidate) => candidate.name.value === name);
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('The document has no operation.');
  return operation;
}

function rootField(document: DocumentNode): FieldNode {
  const [root] = operationOf(document).selectionSet.selections;
  if (root?.kind !== Kind.FIELD) throw new Error('The subscription must select its field directly.');
  return root;
}

function usedVariables(document: DocumentNode): Set<string> {
  const used = new Set<string>();
  visit(document, { Variable: ({ name }) => void used.add(name.value) });
  return used;
}

function argument(name: string, variable: string): ArgumentNode {
  return {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: name },
    value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } },
  };
}

/** The two variables that continuing adds. */
function declare(name: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: parseType(name === 'resumeId' ? 'ID!' : 'String'),
  };
}
