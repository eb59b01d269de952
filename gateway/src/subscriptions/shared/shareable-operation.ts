/**
 * The operation for a service, taken apart so that subscriptions which differ only in where they begin are found equal:
 *
 *   subscription($id: ID!, $after: String) { progressed(id: $id, after: $after) { cursor … } }
 *     fromStart     subscription($id: ID!) { progressed(id: $id) { cursor … } }
 *     behindCursor  subscription($id: ID!, $fathomAfter: String) { progressed(id: $id, after: $fathomAfter) { cursor … } }
 */
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql';
import { type ArgumentsChange, afterByVariable, withArguments } from '../../operations/after-argument.ts';
import type { SharedStreamRule } from './shared-stream-rules.ts';

/** Where a subscription begins. */
export type Position =
  | { readonly kind: 'first' }
  | { readonly kind: 'now' }
  | { readonly kind: 'behind'; readonly cursor: string };

export interface ShareableOperation {
  readonly rule: SharedStreamRule;
  readonly fromStart: string;
  /** With `after: $`{@link afterVariable}; only for positions behind a cursor. */
  readonly behindCursor: string;
  /** Of both texts, beside {@link afterVariable}. */
  readonly variableNames: readonly string[];
  /** Its field can be continued, and its events say their cursors. */
  readonly canResume: boolean;
  positionOf(variables: Readonly<Record<string, unknown>>): Position;
  /** Of one event's payload, as the service sent it. */
  cursorOf(payload: string): string | undefined;
}

export const afterVariable = 'fathomAfter';

export interface SubgraphSubscription {
  readonly operation: string;
  readonly variableNames: readonly string[];
}

/** Undefined where the service has not declared its stream to be shared. */
export function shareableOperation(
  rules: ReadonlyMap<string, SharedStreamRule>,
  { operation: text, variableNames }: SubgraphSubscription,
): ShareableOperation | undefined {
  if (rules.size === 0) return undefined;
  const document = parse(text, { noLocation: true });
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const [field, ...further] = operation?.selectionSet.selections ?? [];
  if (field?.kind !== Kind.FIELD || further.length > 0) return undefined;
  const rule = rules.get(field.name.value);
  if (!rule) return undefined;

  const others = field.arguments?.filter(({ name }) => !rule.resumable || name.value !== 'after') ?? [];
  const after = field.arguments?.find((argument) => !others.includes(argument))?.value;
  const fields = [field];
  const fromStart = textWith(document, { fields, arguments: others, definitions: [] });
  const behind = afterByVariable(afterVariable);
  const responseName = field.alias?.value ?? field.name.value;
  const canResume = rule.resumable && tellsCursor(document, field);
  return {
    rule,
    fromStart: fromStart.text,
    behindCursor: textWith(document, {
      fields,
      arguments: [...others, behind.argument],
      definitions: [behind.definition],
    }).text,
    variableNames: variableNames.filter((name) => fromStart.variables.has(name)),
    positionOf(variables) {
      const cursor = after && constantOf(after, variables);
      if (typeof cursor === 'string') return { kind: 'behind', cursor };
      return rule.begins === 'NOW' ? { kind: 'now' } : { kind: 'first' };
    },
    canResume,
    cursorOf: (payload) => (canResume ? cursorIn(payload, responseName) : undefined),
  };
}

function constantOf(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  if (node.kind === Kind.VARIABLE) return variables[node.name.value];
  return node.kind === Kind.STRING ? node.value : undefined;
}

interface Rewritten {
  readonly text: string;
  /** Those that it still uses. */
  readonly variables: ReadonlySet<string>;
}

/** Without its name, too: what clients call their operations makes no difference. */
function textWith(document: DocumentNode, change: ArgumentsChange): Rewritten {
  const changed = withArguments(document, change);
  const unnamed = visit(changed.document, {
    OperationDefinition: ({ name: _name, ...node }): OperationDefinitionNode => node,
  });
  return { text: print(unnamed), variables: changed.variables };
}

/** Somewhere in what is selected of an event, `cursor` is asked for, and nothing else is called that. */
export function tellsCursor(document: DocumentNode, { selectionSet }: FieldNode): boolean {
  const names = new Set<string>();
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node.selectionSet] as const] : [],
    ),
  );
  const look = (selections: SelectionSetNode | undefined): void => {
    for (const selection of selections?.selections ?? []) lookAt(selection);
  };
  const lookAt = (selection: SelectionNode): void => {
    if (selection.kind === Kind.INLINE_FRAGMENT) look(selection.selectionSet);
    else if (selection.kind === Kind.FRAGMENT_SPREAD) look(fragments.get(selection.name.value));
    else if ((selection.alias ?? selection.name).value === 'cursor') names.add(selection.name.value);
  };
  look(selectionSet);
  return names.size === 1 && names.has('cursor');
}

function cursorIn(payload: string, responseName: string): string | undefined {
  try {
    const { data } = JSON.parse(payload) as { readonly data?: Readonly<Record<string, unknown>> | null };
    const event = data?.[responseName];
    const cursor: unknown = typeof event === 'object' && event !== null && 'cursor' in event && event.cursor;
    return typeof cursor === 'string' ? cursor : undefined;
  } catch {
    return undefined;
  }
}
