/**
 * `@defer` in a document: taken out where the answer goes out whole, and made plain for the planner where it goes out in
 * parts. There every spread is written out and every deferred fragment has a label of its own, since a named fragment
 * may be used in several places, and clients need not label anything.
 */
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  GraphQLError,
  getOperationAST,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionSetNode,
  type ValidationContext,
  visit,
} from 'graphql';
import type { PreparedOperation } from './operation.ts';

/** The directive on this node, unless it says `if: false`. */
export function deferOf(directives: readonly DirectiveNode[] | undefined): DirectiveNode | undefined {
  const directive = directives?.find(({ name }) => name.value === 'defer');
  const condition = directive && argumentOf(directive, 'if');
  return condition?.kind === Kind.BOOLEAN && !condition.value ? undefined : directive;
}

export function argumentOf(directive: DirectiveNode, name: string) {
  return directive.arguments?.find((argument) => argument.name.value === name)?.value;
}

const wholeDocuments = new WeakMap<DocumentNode, DocumentNode>();

/** Without `@defer`; the same document if it has none. */
export function wholeDocument(document: DocumentNode): DocumentNode {
  const known = wholeDocuments.get(document);
  if (known) return known;
  const whole = withoutUnusedVariables(
    visit(document, {
      Directive: ({ name }) => (name.value === 'defer' ? null : undefined),
    }),
    document,
  );
  wholeDocuments.set(document, whole);
  return whole;
}

/** A variable may have said nothing but whether to defer; a document that does not use it any more is not valid. */
function withoutUnusedVariables(whole: DocumentNode, document: DocumentNode): DocumentNode {
  if (whole === document) return document;
  const used = new Set<string>();
  visit(whole, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void used.add(name.value),
  });
  return visit(whole, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
}

const wholeOperations = new WeakMap<DocumentNode, Map<string, Partial<PreparedOperation>>>();

/** The operation to be answered whole. */
export function wholeOperation<Operation extends PreparedOperation>(prepared: Operation): Operation {
  const document = wholeDocument(prepared.document);
  if (document === prepared.document) return prepared;
  const ofDocument = wholeOperations.get(document) ?? new Map<string, Partial<PreparedOperation>>();
  wholeOperations.set(document, ofDocument);
  const key = prepared.operationName ?? '';
  const changed = ofDocument.get(key) ?? {
    document,
    operation: getOperationAST(document, prepared.operationName) ?? prepared.operation,
    fragments: fragmentsIn(document),
    query: print(document),
  };
  ofDocument.set(key, changed);
  return { ...prepared, ...changed };
}

export interface DeferredOperation {
  /** One operation without fragment definitions, each of its deferred fragments labelled. */
  readonly prepared: PreparedOperation;
  /** By label, the client's own. */
  readonly clientLabels: ReadonlyMap<string, string | undefined>;
}

const deferredOperations = new WeakMap<DocumentNode, Map<string, DeferredOperation>>();

/** The operation to be answered in parts; `undefined` if it defers nothing. */
export function deferredOperation(prepared: PreparedOperation): DeferredOperation | undefined {
  if (wholeDocument(prepared.document) === prepared.document) return undefined;
  const ofDocument = deferredOperations.get(prepared.document) ?? new Map<string, DeferredOperation>();
  deferredOperations.set(prepared.document, ofDocument);
  const key = prepared.operationName ?? '';
  const known = ofDocument.get(key) ?? labelled(prepared);
  ofDocument.set(key, known);
  return known.clientLabels.size > 0 ? known : undefined;
}

function labelled(prepared: PreparedOperation): DeferredOperation {
  const clientLabels = new Map<string, string | undefined>();
  const operation: OperationDefinitionNode = {
    ...prepared.operation,
    selectionSet: written(prepared.operation.selectionSet, prepared.fragments, clientLabels),
  };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation] };
  return {
    prepared: { ...prepared, document, operation, fragments: {}, query: print(document) },
    clientLabels,
  };
}

function written(
  set: SelectionSetNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  clientLabels: Map<string, string | undefined>,
): SelectionSetNode {
  const selections = set.selections.map((selection) => {
    if (selection.kind === Kind.FIELD) {
      // Answered from memory, at once: the planner knows no part of it.
      if (!selection.selectionSet || selection.name.value.startsWith('__')) return wholeField(selection);
      return { ...selection, selectionSet: written(selection.selectionSet, fragments, clientLabels) };
    }
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    const inline: InlineFragmentNode = {
      kind: Kind.INLINE_FRAGMENT,
      ...(fragment?.typeCondition ? { typeCondition: fragment.typeCondition } : {}),
      directives: relabelled(
        introspects(fragment?.selectionSet, fragments)
          ? wholeField(selection).directives
          : selection.directives,
        clientLabels,
      ),
      selectionSet: written(fragment?.selectionSet ?? emptySet, fragments, clientLabels),
    };
    return inline;
  });
  return { kind: Kind.SELECTION_SET, selections };
}

/** Without `@defer` on it or below it. */
function wholeField<Node extends FieldNode | InlineFragmentNode | FragmentSpreadNode>(node: Node): Node {
  return visit(node, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) }) as Node;
}

function introspects(
  set: SelectionSetNode | undefined,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): boolean {
  return (set?.selections ?? []).some((selection) => {
    if (selection.kind === Kind.FIELD)
      return selection.name.value === '__schema' || selection.name.value === '__type';
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    return introspects(inner?.selectionSet, fragments);
  });
}

const emptySet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [] };

function relabelled(
  directives: readonly DirectiveNode[] | undefined,
  clientLabels: Map<string, string | undefined>,
): readonly DirectiveNode[] {
  return (directives ?? []).flatMap((directive) => {
    if (directive.name.value !== 'defer') return directive;
    if (!deferOf([directive])) return [];
    const given = argumentOf(directive, 'label');
    const label = `part${clientLabels.size}`;
    clientLabels.set(label, given?.kind === Kind.STRING ? given.value : undefined);
    const condition = (directive.arguments ?? []).filter(({ name }) => name.value === 'if');
    const named = {
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: 'label' },
      value: { kind: Kind.STRING, value: label },
    } as const;
    return { ...directive, arguments: [...condition, named] };
  });
}

/** A label is a text of the document, and no two fragments of it have the same. */
export function DeferLabelsRule(context: ValidationContext) {
  const seen = new Set<string>();
  return {
    Directive(directive: DirectiveNode) {
      const label = directive.name.value === 'defer' ? argumentOf(directive, 'label') : undefined;
      if (label?.kind === Kind.VARIABLE)
        context.reportError(
          new GraphQLError('The label of @defer must be written in the document.', { nodes: label }),
        );
      if (label?.kind !== Kind.STRING) return;
      if (seen.has(label.value))
        context.reportError(
          new GraphQLError(`Two fragments are deferred with the label "${label.value}".`, { nodes: label }),
        );
      seen.add(label.value);
    },
  };
}

function fragmentsIn(document: DocumentNode): Record<string, FragmentDefinitionNode> {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return fragments;
}
