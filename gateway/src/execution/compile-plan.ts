/**
 * Apollo's query plan as the walker wants it: everything that does not depend on a request is worked out here, once a
 * plan. The tree keeps the planner's shape.
 */
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { type DirectiveNode, type GraphQLSchema, Kind, parse, type SelectionSetNode } from 'graphql';
import { type SubgraphOperation, subgraphOperation } from '../subgraphs/subgraph.ts';
import { type ContextArguments, compileContextArguments } from './context-arguments.ts';
import { compileRepresentation, type Represent } from './representation.ts';
import { responseNameOf } from './response-names.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import { type TargetPath, targetPathOf } from './targets.ts';

export type Step =
  | { readonly kind: 'sequence'; readonly steps: readonly Step[] }
  | { readonly kind: 'parallel'; readonly steps: readonly Step[] }
  | { readonly kind: 'flatten'; readonly path: TargetPath; readonly step: Step }
  | {
      readonly kind: 'condition';
      readonly variable: string;
      readonly ifTrue: Step | undefined;
      readonly ifFalse: Step | undefined;
    }
  | DeferStep
  | FetchStep;

/** The part that is answered first, and those that follow as they become ready. */
export interface DeferStep {
  readonly kind: 'defer';
  readonly primary: Step | undefined;
  readonly deferred: readonly DeferredBlock[];
  /** Of the fetches in the primary part. */
  readonly fetchIds: readonly string[];
}

export interface DeferredBlock {
  readonly label: string;
  /** Fetches that must have ended before this begins. */
  readonly dependsOn: readonly string[];
  /** Absent where the part before brought everything. */
  readonly step: Step | undefined;
}

export interface FetchStep {
  readonly kind: 'fetch';
  /** Deferred parts wait for a fetch that has one. */
  readonly id: string | undefined;
  readonly service: string;
  readonly operation: SubgraphOperation;
  /** The operation without its name: fetches that are equal but for it need to be sent once only. */
  readonly identity: string;
  /** Within one request it could be asked for twice: then it is asked for once, and shared. */
  readonly mayRepeat: boolean;
  readonly variables: readonly string[];
  /** Absent for a fetch of root fields. */
  readonly represent: Represent | undefined;
  readonly contextArguments: ContextArguments | undefined;
  readonly rewriteAnswer: Rewrite | undefined;
  /** The root fields it brings; empty for entities. */
  readonly rootFields: readonly RootField[];
}

export interface RootField {
  /** It is fetched under this name. */
  readonly name: string;
  /** Of its own and of the fragments around it: `@skip` and `@include`. */
  readonly conditions: readonly DirectiveNode[];
}

export function compilePlan(schema: GraphQLSchema, node: PlanNode): Step {
  return compileNode(schema, node, repeatedIdentities(node));
}

function compileNode(schema: GraphQLSchema, node: PlanNode, repeated: ReadonlySet<string>): Step {
  const compile = (child: PlanNode): Step => compileNode(schema, child, repeated);
  switch (node.kind) {
    case 'Sequence':
      return { kind: 'sequence', steps: node.nodes.map(compile) };
    case 'Parallel':
      return { kind: 'parallel', steps: node.nodes.map(compile) };
    case 'Flatten':
      return { kind: 'flatten', path: targetPathOf(node.path), step: compile(node.node) };
    case 'Condition':
      return {
        kind: 'condition',
        variable: node.condition,
        ifTrue: node.ifClause && compile(node.ifClause),
        ifFalse: node.elseClause && compile(node.elseClause),
      };
    case 'Fetch':
      return compileFetch(schema, node, repeated);
    case 'Defer':
      return {
        kind: 'defer',
        primary: node.primary.node && compile(node.primary.node),
        fetchIds: fetchesOf(node.primary.node).flatMap(({ id }) => id ?? []),
        deferred: node.deferred.map((block) => ({
          // Every deferred fragment is labelled before it is planned.
          label: block.label ?? '',
          dependsOn: block.depends.map(({ id }) => id),
          step: block.node && compile(block.node),
        })),
      };
  }
}

export function compileFetch(
  schema: GraphQLSchema,
  fetch: FetchNode,
  repeated: ReadonlySet<string> = new Set(),
): FetchStep {
  const { operation, operationName, requires } = fetch;
  const contextArguments = compileContextArguments(schema, fetch.contextRewrites);
  const fromContext = new Set(fetch.contextRewrites?.map(({ renameKeyTo }) => renameKeyTo));
  const compiled = subgraphOperation(operation, operationName);
  const identity = identityOf(fetch);
  return {
    kind: 'fetch',
    id: fetch.id,
    service: fetch.serviceName,
    operation: compiled,
    identity,
    mayRepeat: !compiled.isMutation && (contextArguments !== undefined || repeated.has(identity)),
    variables: (fetch.variableUsages ?? []).filter((name) => !fromContext.has(name)),
    represent:
      requires && compileRepresentation(schema, requires, compileRewrites(schema, fetch.inputRewrites)),
    contextArguments,
    rewriteAnswer: compileRewrites(schema, fetch.outputRewrites),
    rootFields: requires ? [] : rootFieldsOf(operation),
  };
}

function identityOf({ serviceName, operation, operationName }: FetchNode): string {
  return `${serviceName} ${operationName ? operation.replace(operationName, '') : operation}`;
}

/** Those of fetches that occur in more than one place of a plan. */
function repeatedIdentities(node: PlanNode): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const fetch of fetchesOf(node)) {
    const identity = identityOf(fetch);
    if (seen.has(identity)) repeated.add(identity);
    seen.add(identity);
  }
  return repeated;
}

function fetchesOf(node: PlanNode | undefined): readonly FetchNode[] {
  switch (node?.kind) {
    case 'Fetch':
      return [node];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchesOf);
    case 'Flatten':
      return fetchesOf(node.node);
    case 'Condition':
      return [...fetchesOf(node.ifClause), ...fetchesOf(node.elseClause)];
    case 'Defer':
      return [fetchesOf(node.primary.node), ...node.deferred.map((block) => fetchesOf(block.node))].flat();
    default:
      return [];
  }
}

function rootFieldsOf(operation: string): readonly RootField[] {
  const { definitions } = parse(operation, { noLocation: true });
  const fields: RootField[] = [];
  const collect = (set: SelectionSetNode, around: readonly DirectiveNode[]): void => {
    for (const selection of set.selections) {
      const conditions = [...around, ...(selection.directives ?? [])];
      if (selection.kind === Kind.FIELD) {
        const name = responseNameOf(selection);
        if (name !== '__typename') fields.push({ name, conditions });
      } else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet, conditions);
      else
        for (const definition of definitions)
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value)
            collect(definition.selectionSet, conditions);
    }
  };
  for (const definition of definitions)
    if (definition.kind === Kind.OPERATION_DEFINITION) collect(definition.selectionSet, []);
  return fields;
}
