/**
 * How one service asks another: GraphQL over HTTP with a deadline, retries within a budget, a circuit breaker, the
 * caller's identity and the trace. This is the service mesh of a single machine; in a cluster the same limits are set
 * in Istio as well.
 */
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { type GraphQLFormattedError, print } from 'graphql';
import { Agent } from 'undici';
import { AppError, raisePlatform } from '../errors.ts';
import { type Identity, identityHeader } from '../identity.ts';
import { graphqlPlace } from '../identity-proof.ts';
import type { IdentitySigner } from '../identity-token.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { injectTrace, withSpan } from '../telemetry/tracing.ts';
import { CircuitBreaker, type CircuitState, type Verdict } from './circuit-breaker.ts';
import { postJson } from './post-json.ts';
import { createRetryBudget } from './retry-budget.ts';

export interface GraphQLClientOptions {
  /** Of the peer's /graphql. */
  readonly url: string;
  /** The peer's name: whom the identity is meant for, and what errors and metrics call it. */
  readonly name: string;
  /** For a request with all its retries. */
  readonly timeoutMs: number;
  /** Vouches for whom it asks on behalf of, anew with each attempt. */
  readonly signer: IdentitySigner;
  /** At most so many retries of an idempotent request. Default 2. */
  readonly retries?: number;
  readonly circuit?: { readonly failures?: number; readonly openMs?: number };
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Between 0 and 1, for the jitter of pauses. */
  readonly random?: () => number;
}

export interface GraphQLRequestOptions {
  /** On whose behalf. */
  readonly identity: Identity;
  /** The caller's: when nobody waits any more, the request ends too. */
  readonly signal?: AbortSignal;
  /** True if asking twice does no harm; only then is it retried. */
  readonly idempotent?: boolean;
}

export interface GraphQLClient {
  /**
   * The data of an answer without errors. Throws AppError: the peer's own code and message if it refused,
   * DEPENDENCY_UNAVAILABLE if it is down, too slow or its circuit is open; or what the signal aborted with.
   */
  request<Data, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    options: GraphQLRequestOptions,
  ): Promise<Data>;
  readonly circuit: CircuitState;
  close(): Promise<void>;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

const firstPauseMs = 50;

export function createGraphQLClient(options: GraphQLClientOptions): GraphQLClient {
  const { url, name, timeoutMs, signer, retries = 2, logger, random = Math.random } = options;
  const observed = createClientMetrics(options.metrics, name);
  const agent = new Agent({
    connections: 32,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    connectTimeout: Math.min(timeoutMs, 2_000),
  });
  const budget = createRetryBudget();
  const circuit = new CircuitBreaker({
    name,
    ...options.circuit,
    onChange(state) {
      observed.circuit(state);
      logger.warn({ dependency: name, state }, 'a circuit changed');
    },
  });

  async function attempt(body: string, identity: Identity, signal: AbortSignal): Promise<unknown> {
    const credential = await signer.sign(identity, { audience: name, place: graphqlPlace, body });
    const headers = { [identityHeader]: credential, ...injectTrace() };
    const { data, errors } = (await postJson({ agent, url, name, headers, body, signal })) as Answer;
    if (errors?.[0]) throw remoteError(name, errors[0]);
    return data;
  }

  async function attemptUntil(
    deadline: AbortSignal,
    body: string,
    { identity, signal, idempotent = false }: GraphQLRequestOptions,
  ): Promise<unknown> {
    // A caller that left tells nothing of the peer.
    const judge = (error: unknown): Verdict =>
      signal?.aborted ? 'neutral' : isUnwell(error) ? 'failure' : 'answer';
    budget.earn();
    for (let tries = 0; ; tries += 1) {
      try {
        return await circuit.run(() => attempt(body, identity, deadline), judge);
      } catch (error) {
        const again =
          idempotent && tries < retries && isUnwell(error) && circuit.state === 'closed' && !deadline.aborted;
        if (!again || !budget.spend()) throw error;
        observed.retried();
        await pause(firstPauseMs * 2 ** tries * (0.5 + random()), deadline);
      }
    }
  }

  return {
    async request<Data, Variables extends object>(
      document: TypedDocumentNode<Data, Variables>,
      variables: Variables,
      requestOptions: GraphQLRequestOptions,
    ): Promise<Data> {
      const { signal } = requestOptions;
      const body = JSON.stringify({ query: printed(document), variables });
      const timeout = AbortSignal.timeout(timeoutMs);
      const deadline = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const finish = observed.begin();
      try {
        const data = await withSpan(`graphql.client ${name}`, { 'peer.service': name }, () =>
          attemptUntil(deadline, body, requestOptions),
        );
        finish('OK');
        return data as Data;
      } catch (error) {
        const failure = signal?.aborted
          ? signal.reason
          : timeout.aborted
            ? tooSlow(name, timeoutMs, error)
            : error;
        finish(failure instanceof AppError ? failure.code : 'CANCELLED');
        throw failure;
      }
    },
    get circuit() {
      return circuit.state;
    },
    close: () => agent.close(),
  };
}

const printedDocuments = new WeakMap<object, string>();

function printed(document: TypedDocumentNode<never, never> | object): string {
  let text = printedDocuments.get(document);
  if (text === undefined) {
    text = print(document as TypedDocumentNode);
    printedDocuments.set(document, text);
  }
  return text;
}

/** Only trouble of the peer itself opens circuits and is worth a retry; its refusals are answers. */
function isUnwell(error: unknown): boolean {
  return (
    !(error instanceof AppError) || error.code === 'DEPENDENCY_UNAVAILABLE' || error.code === 'SHUTTING_DOWN'
  );
}

function remoteError(name: string, { message, extensions = {} }: GraphQLFormattedError): AppError {
  const { code, retryable, ...details } = extensions;
  // A fault inside the peer is its own secret and our dependency's failure.
  if (code === undefined || code === 'INTERNAL_SERVER_ERROR') {
    return raisePlatform('DEPENDENCY_UNAVAILABLE', {
      because: `${name} failed inside`,
      details: { dependency: name, ...details },
    });
  }
  return new AppError({ code: String(code), message, status: 502, retryable: retryable === true, details });
}

function tooSlow(name: string, timeoutMs: number, cause: unknown): AppError {
  return raisePlatform('DEPENDENCY_UNAVAILABLE', {
    because: `${name} did not answer within ${timeoutMs} ms`,
    details: { dependency: name },
    cause,
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish, { once: true });
    function finish(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      if (signal.aborted) reject(signal.reason as Error);
      else resolve();
    }
  });
}

function createClientMetrics(metrics: Metrics, dependency: string) {
  const requests = metrics.counter({
    name: 'fathom_client_requests_total',
    help: 'Requests to another service that ended, by outcome.',
    labels: ['dependency', 'code'],
  });
  const durations = metrics.histogram({
    name: 'fathom_client_request_duration_seconds',
    help: 'Time of a request to another service with all its retries.',
    labels: ['dependency'],
  });
  const retried = metrics.counter({
    name: 'fathom_client_retries_total',
    help: 'Retries.',
    labels: ['dependency'],
  });
  const open = metrics.gauge({
    name: 'fathom_client_circuit_open',
    help: '1 while the circuit is open, 0.5 while it is probed, else 0.',
    labels: ['dependency'],
  });
  open.set({ dependency }, 0);
  return {
    begin() {
      const startedAt = performance.now();
      return (code: string) => {
        requests.inc({ dependency, code });
        durations.observe({ dependency }, (performance.now() - startedAt) / 1000);
      };
    },
    retried: () => retried.inc({ dependency }),
    circuit: (state: CircuitState) =>
      open.set({ dependency }, { closed: 0, 'half-open': 0.5, open: 1 }[state]),
  };
}
