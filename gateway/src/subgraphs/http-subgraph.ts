/**
 * A service over HTTP.
 *
 *   ask -> bulkhead -> [ circuit breaker -> POST -> read ]  retried or hedged, if it is a query
 *
 * One deadline covers waiting, every attempt and every pause between them. Only a query is asked again, and only where
 * no answer came: a mutation may have had its effect. Retries and hedges spend from one budget, so that a service in
 * trouble gets at most a fifth more load.
 */
import type { CircuitBreaker, CircuitPass, Verdict } from '@fathom/platform/client/circuit-breaker';
import { createRetryBudget } from '@fathom/platform/client/retry-budget';
import { AppError } from '@fathom/platform/errors';
import { identityHeader } from '@fathom/platform/identity';
import { digestOf, graphqlPlace } from '@fathom/platform/identity-proof';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { abortSignalOf, type Leaving } from '../departure.ts';
import { type GatewayErrorCode, raise } from '../errors.ts';
import { Bulkhead } from './bulkhead.ts';
import type { FetchSettings } from './fetch-settings.ts';
import { hedge } from './hedge.ts';
import { readAnswer } from './read-answer.ts';
import type { Subgraph, SubgraphAnswer, SubgraphOperation } from './subgraph.ts';
import { createWire } from './wire/create-wire.ts';
import type { PostAnswer, PostFailure, PostReceiver } from './wire/wire.ts';

export interface HttpSubgraphOptions {
  readonly service: string;
  readonly url: URL;
  readonly settings: FetchSettings;
  readonly breaker: CircuitBreaker;
  /** Resolves after a pause; tests pass their own. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly observer: FetchObserver;
}

export interface FetchObserver {
  /** A fetch ended; `seconds` with everything it waited for. */
  ended(outcome: 'ok' | 'error', seconds: number): void;
  /** It was asked again, asked twice at once, or not asked because too many wait. */
  happened(event: 'retried' | 'hedged' | 'overloaded'): void;
}

export interface HttpSubgraph extends Subgraph {
  readonly bulkhead: Pick<Bulkhead, 'running' | 'waiting'>;
  close(): Promise<void>;
}

interface AttemptRequest {
  readonly body: string;
  readonly bodyDigest: string;
  readonly context: GatewayContext;
  readonly signal: Leaving;
  readonly endsAt: number;
}

interface Settled {
  answered(answer: SubgraphAnswer): void;
  /** AppError or {@link ClientGone}. */
  failed(error: unknown): void;
}

export function createHttpSubgraph(options: HttpSubgraphOptions): HttpSubgraph {
  const { service, url, settings, breaker, pause, observer } = options;
  const budget = createRetryBudget();
  const bulkhead = new Bulkhead({
    maxConcurrent: settings.maxConcurrent,
    maxWaiting: settings.maxWaiting,
  });
  const wire = createWire({
    url,
    maxConnections: settings.maxConcurrent,
    // Asked twice, a service that has several instances behind its address should be asked at two of them.
    maxPerSocket: settings.hedgeAfterMs === undefined ? settings.maxPerSocket : 1,
  });

  const failure = (
    code: GatewayErrorCode,
    because: string,
    more: { cause?: unknown; retryAfterMs?: unknown } = {},
  ) =>
    raise(code, {
      because,
      details: {
        serviceName: service,
        ...(more.retryAfterMs === undefined ? {} : { retryAfterMs: more.retryAfterMs }),
      },
      cause: more.cause,
    });

  function explained(error: PostFailure, context: GatewayContext): Error {
    // Nobody waits for the answer any more; the service is not to blame.
    if (error.kind === 'aborted') return context.signal.aborted ? new ClientGone({ cause: error }) : error;
    if (error.kind === 'timeout') return failure('SUBGRAPH_TIMEOUT', service, { cause: error });
    if (error.kind === 'too-large')
      return failure('SUBGRAPH_ANSWER_TOO_LARGE', `${service}, more than ${settings.maxResponseBytes} bytes`);
    return failure('SUBGRAPH_UNAVAILABLE', service, { cause: error.cause });
  }

  /** Ends with AppError or {@link ClientGone}. */
  class Attempt implements PostReceiver {
    readonly #request: AttemptRequest;
    readonly #settled: Settled;
    #pass: CircuitPass = 'call';

    constructor(request: AttemptRequest, settled: Settled) {
      this.#request = request;
      this.#settled = settled;
    }

    begin(): void {
      const { body, bodyDigest, context } = this.#request;
      try {
        this.#pass = enterCircuit();
      } catch (error) {
        this.#settled.failed(error);
        return;
      }
      try {
        const identity = context.identityFor({ audience: service, place: graphqlPlace, body, bodyDigest });
        if (typeof identity === 'string') this.#send(identity);
        else
          identity.then(
            (made) => this.#send(made),
            (error: unknown) => this.#fail(error),
          );
      } catch (error) {
        this.#fail(error);
      }
    }

    #send(identity: string): void {
      const { body, context, signal, endsAt } = this.#request;
      const headers = [identityHeader, identity];
      const traceHeaders = context.traceHeaders();
      for (const name in traceHeaders) headers.push(name, traceHeaders[name] ?? '');
      wire.send({ headers, body, endsAt, maxBytes: settings.maxResponseBytes, signal }, this);
    }

    answered({ status, text }: PostAnswer): void {
      let answer: SubgraphAnswer;
      try {
        answer = readAnswer(service, status, text);
      } catch (error) {
        this.#fail(error);
        return;
      }
      breaker.leave(this.#pass, 'answer');
      this.#settled.answered(answer);
    }

    failed(failed: PostFailure): void {
      this.#fail(explained(failed, this.#request.context));
    }

    #fail(error: unknown): void {
      breaker.leave(this.#pass, judge(error));
      this.#settled.failed(error);
    }
  }

  function attempt(request: AttemptRequest): Promise<SubgraphAnswer> {
    return new Promise((resolve, reject) =>
      new Attempt(request, { answered: resolve, failed: reject }).begin(),
    );
  }

  /** The breaker's own refusal speaks of dependencies; clients know services. */
  function enterCircuit(): CircuitPass {
    try {
      return breaker.enter();
    } catch (error) {
      if (error instanceof AppError && error.code === 'DEPENDENCY_UNAVAILABLE')
        throw failure('SUBGRAPH_UNAVAILABLE', `${service} has not answered lately`, {
          retryAfterMs: error.details['retryAfterMs'],
        });
      throw error;
    }
  }

  function attemptOrHedge(request: AttemptRequest): Promise<SubgraphAnswer> {
    const { hedgeAfterMs } = settings;
    if (hedgeAfterMs === undefined) return attempt(request);
    return hedge({
      afterMs: hedgeAfterMs,
      signal: abortSignalOf(request.signal),
      attempt: (signal) => attempt({ ...request, signal }),
      mayHedge: () => {
        if (breaker.state !== 'closed' || !budget.spend()) return false;
        observer.happened('hedged');
        return true;
      },
    });
  }

  /** `error` is what the first attempt ended with. */
  async function askAgain(request: AttemptRequest, error: unknown): Promise<SubgraphAnswer> {
    let latest = error;
    for (let retries = 0; retries < settings.maxRetries; retries += 1) {
      if (!isWorthAnother(latest, breaker) || !budget.spend()) break;
      observer.happened('retried');
      // Full jitter: gateways that failed together do not come back together.
      await pause(Math.random() * 50 * 2 ** retries);
      try {
        return await attemptOrHedge(request);
      } catch (cause) {
        latest = cause;
      }
    }
    throw latest;
  }

  async function enter(endsAt: number, signal: Leaving): Promise<void> {
    const admittance = await bulkhead.enter(Math.max(1, endsAt - performance.now()), signal);
    if (admittance === 'aborted') throw new ClientGone({ cause: signal.reason });
    if (admittance === 'timeout') throw failure('SUBGRAPH_TIMEOUT', `${service}, waiting for its turn`);
    if (admittance === 'full') {
      observer.happened('overloaded');
      throw failure('SUBGRAPH_OVERLOADED', service, { retryAfterMs: overloadRetryMs });
    }
  }

  /** Where there is no room, or a second attempt may be made beside the first. */
  async function askInSteps(request: AttemptRequest, isMutation: boolean): Promise<SubgraphAnswer> {
    if (!bulkhead.tryEnter()) await enter(request.endsAt, request.signal);
    try {
      return await (isMutation ? attempt(request) : attemptOrHedge(request));
    } catch (error) {
      if (isMutation) throw error;
      return await askAgain(request, error);
    } finally {
      bulkhead.leave();
    }
  }

  return {
    ask(operation, variablesJson, context) {
      const startedAt = performance.now();
      const { isMutation } = operation;
      const endsAt = startedAt + (isMutation ? settings.mutationTimeoutMs : settings.queryTimeoutMs);
      // Name by name: a spread is looked up one by one, in each fetch.
      const { body, bodyDigest } = bodyOf(operation, variablesJson);
      const request = { body, bodyDigest, context, signal: context.signal, endsAt };
      const ended = (outcome: 'ok' | 'error'): void =>
        observer.ended(outcome, (performance.now() - startedAt) / 1000);
      budget.earn();
      return new Promise((resolve, reject) => {
        const answered = (answer: SubgraphAnswer): void => {
          ended('ok');
          resolve(answer);
        };
        const failed = (error: unknown): void => {
          ended('error');
          reject(error);
        };
        const mayHedge = settings.hedgeAfterMs !== undefined && !isMutation;
        if (mayHedge || !bulkhead.tryEnter()) {
          askInSteps(request, isMutation).then(answered, failed);
          return;
        }
        // Nearly all go this way, without another promise: each costs twice where traces follow them.
        new Attempt(request, {
          answered(answer) {
            bulkhead.leave();
            answered(answer);
          },
          failed(error) {
            if (isMutation) {
              bulkhead.leave();
              failed(error);
            } else
              askAgain(request, error)
                .finally(() => bulkhead.leave())
                .then(answered, failed);
          },
        }).begin();
      });
    },
    bulkhead,
    close: () => wire.close(),
  };
}

interface Body {
  readonly body: string;
  readonly bodyDigest: string;
}

interface KnownBody extends Body {
  readonly variablesJson: string;
}

const knownBodies = new WeakMap<SubgraphOperation, KnownBody>();
const maxKnownCharacters = 16_384;

/** Made, and its digest worked out, once for as long as an operation is asked with the same variables. */
function bodyOf(operation: SubgraphOperation, variablesJson: string): Body {
  const known = knownBodies.get(operation);
  if (known?.variablesJson === variablesJson) return known;
  const body = `${operation.bodyPrefix}${variablesJson}}`;
  const made = { variablesJson, body, bodyDigest: digestOf(body) };
  if (body.length <= maxKnownCharacters) knownBodies.set(operation, made);
  return made;
}

const overloadRetryMs = 1_000;

/** What a failed attempt says of the service. One that sent too much was asked for too much; a client that left says nothing. */
function judge(error: unknown): Verdict {
  if (!(error instanceof AppError) || !error.code.startsWith('SUBGRAPH_')) return 'neutral';
  return error.code === 'SUBGRAPH_ANSWER_TOO_LARGE' ? 'answer' : 'failure';
}

/** No answer came, and another attempt has a chance: a timeout already took all the time there was. */
function isWorthAnother(error: unknown, breaker: CircuitBreaker): boolean {
  return error instanceof AppError && error.code === 'SUBGRAPH_UNAVAILABLE' && breaker.state === 'closed';
}

/** The client has gone: its fetches end, and nothing is to be told to anyone. */
export class ClientGone extends GraphQLError {
  constructor(options: { readonly cause: unknown }) {
    super('The client has gone.', { extensions: { code: 'CLIENT_GONE' } });
    this.cause = options.cause;
  }
}
