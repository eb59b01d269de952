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
import { graphqlPlace } from '@fathom/platform/identity-proof';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { abortSignalOf, type Leaving } from '../departure.ts';
import { type GatewayErrorCode, raise } from '../errors.ts';
import type { FetchSettings } from '../settings.ts';
import { Bulkhead } from './bulkhead.ts';
import { hedge } from './hedge.ts';
import { readAnswer } from './read-answer.ts';
import type { Subgraph, SubgraphAnswer } from './subgraph.ts';
import { createWire } from './wire/create-wire.ts';
import { PostFailure } from './wire/wire.ts';

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

interface Attempt {
  readonly body: string;
  readonly context: GatewayContext;
  readonly signal: Leaving;
  readonly endsAt: number;
}

export function createHttpSubgraph(options: HttpSubgraphOptions): HttpSubgraph {
  const { service, url, settings, breaker, pause, observer } = options;
  const budget = createRetryBudget();
  const bulkhead = new Bulkhead({
    maxConcurrent: settings.maxConcurrent,
    maxWaiting: settings.maxWaiting,
  });
  const wire = createWire({ url, maxConnections: settings.maxConcurrent });

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

  async function send({ body, context, signal, endsAt }: Attempt): Promise<SubgraphAnswer> {
    const identity = await context.identityFor({ audience: service, place: graphqlPlace, body });
    const headers = [identityHeader, identity];
    const traceHeaders = context.traceHeaders();
    for (const name in traceHeaders) headers.push(name, traceHeaders[name] ?? '');
    const maxBytes = settings.maxResponseBytes;
    try {
      const { status, text } = await wire.post({ headers, body, endsAt, maxBytes, signal });
      return readAnswer(service, status, text);
    } catch (error) {
      if (error instanceof PostFailure) throw explained(error, context);
      throw error;
    }
  }

  function explained(error: PostFailure, context: GatewayContext): Error {
    // Nobody waits for the answer any more; the service is not to blame.
    if (error.kind === 'aborted') return context.signal.aborted ? new ClientGone({ cause: error }) : error;
    if (error.kind === 'timeout') return failure('SUBGRAPH_TIMEOUT', service, { cause: error });
    if (error.kind === 'too-large')
      return failure('SUBGRAPH_ANSWER_TOO_LARGE', `${service}, more than ${settings.maxResponseBytes} bytes`);
    return failure('SUBGRAPH_UNAVAILABLE', service, { cause: error.cause });
  }

  /** Throws AppError or {@link ClientGone}. */
  async function attempt(request: Attempt): Promise<SubgraphAnswer> {
    const pass = enterCircuit();
    try {
      const answer = await send(request);
      breaker.leave(pass, 'answer');
      return answer;
    } catch (error) {
      breaker.leave(pass, judge(error));
      throw error;
    }
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

  function attemptOrHedge(request: Attempt): Promise<SubgraphAnswer> {
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
  async function askAgain(request: Attempt, error: unknown): Promise<SubgraphAnswer> {
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

  return {
    // One function down to the exchange: each further one that awaits would cost every fetch a promise or two.
    async ask(operation, variablesJson, context) {
      const startedAt = performance.now();
      const { isMutation } = operation;
      const endsAt = startedAt + (isMutation ? settings.mutationTimeoutMs : settings.queryTimeoutMs);
      const { signal } = context;
      let outcome: 'ok' | 'error' = 'error';
      budget.earn();
      try {
        if (!bulkhead.tryEnter()) await enter(endsAt, signal);
        const request = { body: `${operation.bodyPrefix}${variablesJson}}`, context, signal, endsAt };
        let answer: SubgraphAnswer;
        try {
          answer = await (isMutation ? attempt(request) : attemptOrHedge(request));
        } catch (error) {
          if (isMutation) throw error;
          answer = await askAgain(request, error);
        } finally {
          bulkhead.leave();
        }
        outcome = 'ok';
        return answer;
      } finally {
        observer.ended(outcome, (performance.now() - startedAt) / 1000);
      }
    },
    bulkhead,
    close: () => wire.close(),
  };
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
