/**
 * A prepared document to something that can be run: planned by Apollo's planner, compiled for the walker and the shaper.
 *
 * Planning takes 3 to 5 ms, so plans are kept as long as their prepared document, one for each setting of the
 * supergraph's override labels.
 */
import { operationFromDocument } from '@apollo/federation-internals';
import { isPlanNode, type QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, getOperationAST, Kind, type OperationDefinitionNode, visit } from 'graphql';
import { raise } from '../errors.ts';
import { fragmentsOf, type PreparedOperation } from '../operations/operation.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { compilePlan, type Step } from './compile-plan.ts';
import { compileIntrospection, type Introspect } from './introspection.ts';
import { type SeparatedDocument, separateResponseNames } from './response-names.ts';
import { SelectionShape } from './shape.ts';

export interface OperationPlan {
  readonly queryPlan: QueryPlan;
  /** Absent where nothing has to be fetched. */
  readonly step: Step | undefined;
  readonly clientNames: ReadonlyMap<string, string>;
  readonly rootType: string;
  shapeFor(variables: Readonly<Record<string, unknown>>): SelectionShape;
  readonly introspect: Introspect;
}

export interface PlanObserver {
  planned(seconds: number): void;
  reused(): void;
}

export interface OperationPlanner {
  planFor(snapshot: Snapshot, prepared: PreparedOperation, tenant: string): OperationPlan;
}

const separated = new WeakMap<DocumentNode, SeparatedDocument>();

/** The document as it is planned, with its names separated. */
export function separatedDocument(snapshot: Snapshot, prepared: PreparedOperation): SeparatedDocument {
  const known = separated.get(prepared.document);
  if (known) return known;
  const result = separateResponseNames(prepared.document, snapshot.fieldSetNames);
  separated.set(prepared.document, result);
  return result;
}

export function createOperationPlanner(observer: PlanObserver): OperationPlanner {
  const plans = new WeakMap<DocumentNode, Map<string, OperationPlan>>();
  return {
    planFor(snapshot, prepared, tenant) {
      const conditions = snapshot.overrideLabels.conditionsFor(tenant);
      const key =
        conditions.size === 0 ? '' : [...conditions.values()].map((isOn) => (isOn ? '1' : '0')).join('');
      let ofDocument = plans.get(prepared.document);
      if (!ofDocument) {
        ofDocument = new Map();
        plans.set(prepared.document, ofDocument);
      }
      const known = ofDocument.get(key);
      if (known) {
        observer.reused();
        return known;
      }
      const startedAt = performance.now();
      const plan = buildPlan(snapshot, prepared, conditions);
      observer.planned((performance.now() - startedAt) / 1000);
      ofDocument.set(key, plan);
      return plan;
    },
  };
}

function buildPlan(
  snapshot: Snapshot,
  prepared: PreparedOperation,
  overrideConditions: ReadonlyMap<string, boolean>,
): OperationPlan {
  const { document, clientNames } = separatedDocument(snapshot, prepared);
  const operation = getOperationAST(document, prepared.operationName);
  const rootType = snapshot.apiSchema.getRootType(prepared.kind);
  if (!operation || !rootType) throw raise('BAD_REQUEST', { because: `the graph has no ${prepared.kind}` });
  const queryPlan = planOperation(snapshot, prepared, document, overrideConditions);
  const node = queryPlan.node;
  if (node && !isPlanNode(node)) throw raise('OPERATION_NEEDS_STREAM');
  return {
    queryPlan,
    step: node && compilePlan(snapshot.supergraphSchema, node),
    clientNames,
    rootType: rootType.name,
    shapeFor: compileShapes({ snapshot, operation, document, clientNames, rootType }),
    introspect: compileIntrospection(snapshot.apiSchema, operation, fragmentsOf(document)),
  };
}

export function planOperation(
  snapshot: Snapshot,
  prepared: PreparedOperation,
  document: DocumentNode,
  overrideConditions: ReadonlyMap<string, boolean>,
): QueryPlan {
  const operation = operationFromDocument(snapshot.federationApiSchema, document, {
    ...(prepared.operationName === undefined ? {} : { operationName: prepared.operationName }),
    validate: false,
  });
  return snapshot.planner.buildQueryPlan(operation, { overrideConditions: new Map(overrideConditions) });
}

interface ShapesOptions {
  readonly snapshot: Snapshot;
  readonly operation: OperationDefinitionNode;
  readonly document: DocumentNode;
  readonly clientNames: ReadonlyMap<string, string>;
  readonly rootType: NonNullable<ReturnType<Snapshot['apiSchema']['getRootType']>>;
}

/** What `@skip` and `@include` say is settled once for each setting of their variables, of which few occur. */
export function compileShapes(options: ShapesOptions): OperationPlan['shapeFor'] {
  const { snapshot, operation, document, clientNames, rootType } = options;
  const fragments = fragmentsOf(document);
  const switches = switchVariables(document);
  const shapes = new Map<string, SelectionShape>();
  return (variables) => {
    const key =
      switches.length === 0 ? '' : switches.map((name) => (variables[name] === true ? '1' : '0')).join('');
    const known = shapes.get(key);
    if (known) return known;
    const isTrue = (name: string): boolean => {
      const value = variables[name];
      if (typeof value !== 'boolean')
        throw raise('BAD_USER_INPUT', { because: `$${name} must be true or false` });
      return value;
    };
    const source = { schema: snapshot.apiSchema, fragments, clientNames, isTrue };
    const shape = new SelectionShape(source, rootType, [operation.selectionSet]);
    if (shapes.size < maxShapes) shapes.set(key, shape);
    return shape;
  };
}

/** Of one operation. Whoever switches more than six parts of it pays for the rest each time. */
const maxShapes = 64;

function switchVariables(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: args }) {
      if (name.value !== 'skip' && name.value !== 'include' && name.value !== 'defer') return;
      const value = args?.find((argument) => argument.name.value === 'if')?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}
