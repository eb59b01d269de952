/**
 * Text to an operation that may run: parse, measure, validate, once per document and supergraph; then coerce the
 * variables and weigh the cost, once per request. All transports go through here, so a subscription and a query are
 * refused for the same reasons by the same code.
 */
import {
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  getVariableValues,
  Kind,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  type VariableDefinitionNode,
  validate,
} from 'graphql';
import { raise } from '../errors.ts';
import { type DocumentLimits, exceededLimit } from '../limits/document-limits.ts';
import { type OperationCost, operationCost } from '../limits/operation-cost.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';
import { resumptionOf } from './begin-behind.ts';
import { BoundedMap } from './bounded-map.ts';
import { type CostMemo, createCostMemo } from './cost-memo.ts';
import { DeferLabelsRule } from './defer.ts';
import {
  type AdmittedOperation,
  fragmentsOf,
  type PreparedOperation,
  type RawOperation,
} from './operation.ts';
import { operationHash } from './operation-facts.ts';
import { isRefusal, type Refusal, refusal } from './refusal.ts';

export interface OperationLimits extends DocumentLimits {
  readonly maxCost: number;
}

export interface OperationPreparer {
  /** Those of this snapshot that are kept, the one used last comes last. */
  recent(snapshot: Snapshot): readonly PreparedOperation[];
  prepare(snapshot: Snapshot, raw: RawOperation): PreparedOperation | Refusal;
  admit(snapshot: Snapshot, prepared: PreparedOperation, raw: RawOperation): AdmittedOperation | Refusal;
}

const rules = [...specifiedRules, DeferLabelsRule];
const noDefinitions: readonly VariableDefinitionNode[] = [];
const maxCachedDocuments = 1_000;
const maxCachedCharacters = 32_768;

export function createOperationPreparer(limits: OperationLimits, introspection: boolean): OperationPreparer {
  // Keyed by snapshot: what was valid against one supergraph is not known to be against the next.
  const caches = new WeakMap<Snapshot, Map<string, PreparedOperation>>();

  const costs = new WeakMap<Snapshot, CostMemo<PreparedOperation>>();

  /** Of a prepared operation, which belongs to one supergraph. */
  function costMemo(
    snapshot: Snapshot,
    prepared: PreparedOperation,
    variables: Readonly<Record<string, unknown>>,
  ): OperationCost {
    const known = costs.get(snapshot);
    if (known) return known(prepared, variables);
    const memo = createCostMemo<PreparedOperation>(({ operation, fragments }, coerced) =>
      operationCost({
        schema: snapshot.apiSchema,
        costs: snapshot.costs,
        operation,
        fragments,
        variables: coerced,
      }),
    );
    costs.set(snapshot, memo);
    return memo(prepared, variables);
  }

  function cacheOf(snapshot: Snapshot): Map<string, PreparedOperation> {
    const known = caches.get(snapshot);
    if (known) return known;
    const cache = new BoundedMap<string, PreparedOperation>(maxCachedDocuments);
    caches.set(snapshot, cache);
    return cache;
  }

  return {
    recent: (snapshot) => [...cacheOf(snapshot).values()],

    prepare(snapshot, raw) {
      const cache = cacheOf(snapshot);
      const key = raw.operationName === undefined ? raw.query : `${raw.operationName}\n${raw.query}`;
      const known = cache.get(key);
      if (known) return known;
      const prepared = prepareUncached(snapshot, raw, limits, introspection);
      if (!isRefusal(prepared) && raw.query.length <= maxCachedCharacters) cache.set(key, prepared);
      return prepared;
    },

    admit(snapshot, prepared, raw) {
      const definitions = prepared.operation.variableDefinitions ?? noDefinitions;
      let variables: Record<string, unknown> = {};
      if (definitions.length > 0) {
        const given = raw.variables ?? {};
        const { coerced, errors } = getVariableValues(snapshot.apiSchema, definitions, given, {
          maxErrors: 10,
        });
        if (errors) return refusal(errors.map((error) => withCode(error, 'BAD_USER_INPUT')));
        variables = coerced;
      }
      const { cost, unsized } = costMemo(snapshot, prepared, variables);
      if (unsized)
        return refusal(
          raise('SLICING_ARGUMENT_REQUIRED', {
            because: `${unsized.field} takes one of ${unsized.slicingArguments.join(', ')}, and ${unsized.given} were given`,
            details: { ...unsized },
          }),
        );
      if (cost > limits.maxCost)
        return refusal(
          raise('OPERATION_TOO_COSTLY', {
            because: `it could cost ${cost}, at most ${limits.maxCost} is allowed`,
            details: { cost, maxCost: limits.maxCost },
          }),
        );
      if (raw.lastEventId === undefined) return admitted(prepared, variables, cost);
      const resumption = resumptionOf(snapshot.apiSchema, prepared);
      if (resumption === 'impossible') return refusal(raise('NOT_RESUMABLE'));
      return admitted(resumption.operation, { ...variables, [resumption.variable]: raw.lastEventId }, cost);
    },
  };
}

/** Name by name: a spread of so many is looked up one by one, in each request. */
function admitted(
  prepared: PreparedOperation,
  variables: Record<string, unknown>,
  cost: number,
): AdmittedOperation {
  const { document, operation, operationName, kind, fragments, hash, query, introspectionOnly } = prepared;
  return {
    document,
    operation,
    operationName,
    kind,
    fragments,
    hash,
    query,
    introspectionOnly,
    variables,
    cost,
  };
}

function prepareUncached(
  snapshot: Snapshot,
  raw: RawOperation,
  limits: OperationLimits,
  introspection: boolean,
): PreparedOperation | Refusal {
  let document: DocumentNode;
  try {
    document = parse(raw.query, { maxTokens: limits.maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (error.message.includes('Parsing aborted'))
      return refusal(
        raise('OPERATION_TOO_LARGE', {
          because: `more than ${limits.maxTokens} tokens`,
          details: { allowed: limits.maxTokens },
        }),
      );
    return refusal([withCode(error, 'GRAPHQL_PARSE_FAILED')]);
  }
  const operation = getOperationAST(document, raw.operationName);
  if (!operation)
    return refusal(
      raise('BAD_REQUEST', {
        because: raw.operationName
          ? `the document has no operation named ${JSON.stringify(raw.operationName)}`
          : 'the document has no operation, or several: name one by `operationName`',
      }),
    );
  const exceeded = exceededLimit(document, operation, limits);
  if (exceeded) return refusal(exceeded);
  const errors = validate(snapshot.apiSchema, document, rules, { maxErrors: 20 });
  if (errors.length > 0)
    return refusal(
      errors.map((error) =>
        withCode(introspection ? error : withoutHint(error), 'GRAPHQL_VALIDATION_FAILED'),
      ),
    );
  if (!introspection && validate(snapshot.apiSchema, document, [NoSchemaIntrospectionCustomRule]).length > 0)
    return refusal(raise('INTROSPECTION_DISABLED'));
  return {
    document,
    operation,
    operationName: raw.operationName,
    kind: operation.operation,
    fragments: fragmentsOf(document),
    hash: operationHash(raw.query),
    query: raw.query,
    introspectionOnly:
      operation.operation === OperationTypeNode.QUERY &&
      operation.selectionSet.selections.every(
        (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
      ),
  };
}

/** Where introspection is off, a misspelt name must not be answered by the names there are. */
function withoutHint(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ Did you mean .*$/s, '');
  return new GraphQLError(message, { nodes: error.nodes ?? null, source: error.source ?? null });
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    source: error.source ?? null,
    positions: error.positions ?? null,
    originalError: error,
    extensions: { ...error.extensions, code },
  });
}
