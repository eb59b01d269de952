/**
 * One request as whoever submits it sees it, on a device or a pool of them.
 *
 * It holds the engine to what it promises of every request: tokens come in order, each index once and none left out,
 * whatever became of workers meanwhile, and one end comes behind them. What breaks that fails the test by itself.
 */
import { createDeferred } from '@fathom/platform/deferred';
import type { EngineRequest, EngineToken } from '../engine/protocol.ts';
import type { DeviceEnd, RequestListener } from '../engine/request-in-flight.ts';

/** A device, or a pool. */
export interface Engine {
  submit(request: EngineRequest, listener: RequestListener): void;
}

/** What a stream was in the end. */
export interface Outcome {
  readonly tokens: readonly number[];
  readonly text: string;
  readonly logProbabilities: readonly number[];
  /** Where a pool had it computed, in turn. */
  readonly devices: readonly string[];
  readonly end: DeviceEnd;
}

export interface Run {
  readonly request: EngineRequest;
  /** So far. */
  readonly tokens: readonly EngineToken[];
  readonly devices: readonly string[];
  readonly isEnded: boolean;
  readonly ended: Promise<DeviceEnd>;
  readonly outcome: Promise<Outcome>;
  /** Resolves once so many tokens have come. */
  reached(count: number): Promise<void>;
}

/** Sampled, of a model loaded as `tiny@1`; the same tokens each time. */
export function engineRequest(id: string, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return {
    id,
    lane: 'tiny@1',
    promptTokens: [1, 40, 50, 60, 2],
    priorTokens: [],
    maxTokens: 24,
    sampling: { temperature: 1, topK: 0, topP: 1, seed: 11 },
    stopStrings: [],
    ...overrides,
  };
}

export type OnToken = (count: number, run: Run) => void;

export function run(engine: Engine, request: EngineRequest, onToken?: OnToken): Run {
  const tokens: EngineToken[] = [];
  const devices: string[] = [];
  const waiting: { readonly count: number; resolve(): void }[] = [];
  const outcome = createDeferred<Outcome>();
  let isEnded = false;
  const breach = (what: string): never => {
    const error = new Error(`${request.id}: ${what}`);
    outcome.reject(error);
    throw error;
  };
  const running: Run = {
    request,
    tokens,
    devices,
    get isEnded() {
      return isEnded;
    },
    outcome: outcome.promise,
    ended: outcome.promise.then(({ end }) => end),
    async reached(count) {
      const reached = createDeferred();
      waiting.push({ count, resolve: reached.resolve });
      if (tokens.length >= count) reached.resolve();
      await reached.promise;
    },
  };
  engine.submit(request, {
    placed: (deviceId) => void devices.push(deviceId),
    admitted: () => undefined,
    token(token) {
      const expected = request.priorTokens.length + tokens.length;
      if (isEnded) breach(`token ${token.index} came behind the end`);
      if (token.index !== expected) breach(`token ${token.index} came where ${expected} was due`);
      tokens.push(token);
      for (const { count, resolve } of waiting) if (tokens.length >= count) resolve();
      onToken?.(tokens.length, running);
    },
    ended(end) {
      if (isEnded) breach('it ended twice');
      isEnded = true;
      outcome.resolve(outcomeOf(tokens, devices, end));
    },
  });
  return running;
}

/** All of them at once, to their ends. */
export function runAll(engine: Engine, requests: readonly EngineRequest[], onToken?: OnToken) {
  return Promise.all(requests.map((request) => run(engine, request, onToken).outcome));
}

function outcomeOf(tokens: readonly EngineToken[], devices: readonly string[], end: DeviceEnd): Outcome {
  const shown = tokens.map(({ text }) => text).join('');
  return {
    tokens: tokens.map(({ tokenId }) => tokenId),
    text: end.kind === 'finished' ? shown + end.tailText : shown,
    logProbabilities: tokens.map(({ logProbability }) => logProbability),
    devices,
    end,
  };
}
