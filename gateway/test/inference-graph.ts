/**
 * The platform's own `inference` SDL behind a real gateway. What the engine would say is scripted: a test takes each
 * generation as it starts, sees its input, and says its events.
 */
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { AppError } from '@fathom/platform/errors';
import { createEventQueue, type EventQueue } from '@fathom/platform/server/async-events';
import type { RequestContext } from '@fathom/platform/server/request-context';
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph } from '@fathom/platform/testing/subgraph';
import type { GatewayParts, GatewaySettings } from '../src/run-gateway.ts';
import { serviceSdl } from './service-sdl.ts';
import { startTestGateway, type TestGateway } from './test-gateway.ts';

export const inferenceSdl = serviceSdl('inference');

export interface ScriptedGeneration {
  readonly field: 'ask' | 'generate';
  readonly input: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly traceId: string;
  /** Resolves with why its subscriber left. */
  readonly left: Deferred<string>;
  routed(route?: Readonly<Record<string, unknown>>): void;
  text(...texts: readonly string[]): void;
  retracted(text: string): void;
  completed(finishReason?: string): void;
  failed(code: string, message: string): void;
}

export interface InferenceGraph extends TestGateway {
  nextGeneration(): Promise<ScriptedGeneration>;
  /** The next generation says this, whole. */
  willSay(...texts: readonly string[]): Promise<ScriptedGeneration>;
}

const refusals: Readonly<Record<string, AppError>> = {
  nonsense: new AppError({ code: 'UNKNOWN_MODEL', message: 'No such model.', status: 404, retryable: false }),
  busy: new AppError({
    code: 'OVERLOADED',
    message: 'The queue is full.',
    status: 429,
    retryable: true,
    details: { retryAfterMs: 1 },
  }),
  strict: new AppError({
    code: 'INVALID_INPUT',
    message: 'Between 0 and 2.',
    status: 400,
    retryable: false,
    details: { field: 'input.temperature' },
  }),
};

const encoder = {
  id: 'use-lite-en@0.2.0',
  dimensions: 2,
  maxTokens: 128,
  pooling: 'MEAN',
  isNormalized: true,
};

const deployment = (id: string, aliases: readonly string[], status = 'READY') => ({
  id: `d-${id}`,
  modelVersion: { id },
  status,
  aliases,
  isDefault: aliases.includes('champion'),
  contextLength: 512,
  since: '2026-11-24T08:30:00.000Z',
});

export async function startInferenceGraph(
  settings: Partial<GatewaySettings> = {},
  parts: Partial<GatewayParts> = {},
): Promise<InferenceGraph> {
  const identity = await testIdentity();
  const waiting: Deferred<ScriptedGeneration>[] = [];
  const ready: ScriptedGeneration[] = [];
  let generations = 0;

  const subscribe = (field: 'ask' | 'generate') => ({
    subscribe: (
      _: unknown,
      { input }: { input: Readonly<Record<string, unknown>> },
      context: RequestContext,
    ) => {
      const refusal = refusals[String(input['model'])];
      if (refusal) throw refusal;
      generations += 1;
      const { events, generation } = script({ field, input, id: `g${generations}`, context });
      const waiter = waiting.shift();
      if (waiter) waiter.resolve(generation);
      else ready.push(generation);
      return events;
    },
    resolve: (event: object) => event,
  });

  const server = await startTestSubgraph({
    service: 'inference',
    typeDefs: inferenceSdl,
    identity,
    resolvers: {
      Query: {
        deployments: () => [
          deployment('fathom-facts@3', ['champion']),
          deployment('fathom-facts@4', ['candidate']),
          deployment('fathom-facts@5', [], 'FAILED'),
        ],
        // Vectors of the length and the first letter of each text, so that a test can tell them apart.
        embed: (_: unknown, { input }: { input: { texts: readonly string[]; model?: string } }) =>
          input.model === 'fathom-facts'
            ? { __typename: 'InvalidInput', field: 'input.model', message: 'It makes no vectors.' }
            : input.model === undefined || input.model === encoder.id || input.model === 'people@champion'
              ? {
                  __typename: 'Embeddings',
                  encoder: input.model === 'people@champion' ? { ...encoder, id: 'people@2' } : encoder,
                  totalTokens: input.texts.length,
                  deviceMs: 1,
                  embeddings: input.texts.map((text, index) => ({
                    index,
                    vector: [text.length / 8, text.charCodeAt(0) / 128],
                    tokens: 1,
                    truncated: false,
                  })),
                }
              : {
                  __typename: 'UnknownModel',
                  message: 'No such encoder.',
                  model: input.model,
                  available: [],
                },
      },
      EmbedResult: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      Subscription: { ask: subscribe('ask'), generate: subscribe('generate') },
    },
  });
  const gateway = await startTestGateway({
    subgraphs: { inference: inferenceSdl },
    urls: { inference: server.url },
    identity,
    settings,
    parts,
  });

  const nextGeneration = async (): Promise<ScriptedGeneration> => {
    const first = ready.shift();
    if (first) return first;
    const waiter = createDeferred<ScriptedGeneration>();
    waiting.push(waiter);
    return waiter.promise;
  };
  return {
    ...gateway,
    nextGeneration,
    async willSay(...texts) {
      const generation = await nextGeneration();
      generation.routed();
      generation.text(...texts);
      generation.completed();
      return generation;
    },
    async close() {
      await gateway.close();
      await server.close();
    },
  };
}

interface ScriptOptions {
  readonly field: 'ask' | 'generate';
  readonly input: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly context: RequestContext;
}

function script({ field, input, id, context }: ScriptOptions): {
  readonly events: EventQueue<object>['events'];
  readonly generation: ScriptedGeneration;
} {
  const queue = createEventQueue<object>({ maxEvents: 10_000 });
  const left = createDeferred<string>();
  context.signal.addEventListener('abort', () => left.resolve(String(context.signal.reason)), { once: true });
  let sequence = 0;
  let tokens = 0;
  const push = (event: Readonly<Record<string, unknown>>): void => {
    sequence += 1;
    queue.push({
      generation: { id, modelVersion: { id: 'fathom-facts@3' } },
      sequence,
      cursor: `${id}:${sequence}`,
      ...event,
    });
  };
  push({ __typename: 'GenerationStarted' });
  const generation: ScriptedGeneration = {
    field,
    input,
    id,
    traceId: context.traceId,
    left,
    routed: (route = {}) =>
      push({
        __typename: 'GenerationRouted',
        service: 'INFERENCE',
        reason: field === 'ask' ? 'CONFIDENT' : 'REQUESTED',
        explanation: 'Because.',
        ...(field === 'ask' ? { score: 0.9, bound: 0.6, calibrationVersion: 'c1' } : {}),
        ...route,
      }),
    text: (...texts) => {
      for (const text of texts) {
        tokens += 1;
        push({ __typename: 'TokenGenerated', text, logProbability: -0.5 });
      }
    },
    retracted: (retractedText) => push({ __typename: 'TextRetracted', retractedText }),
    completed: (finishReason = 'STOP') => {
      push({
        __typename: 'GenerationCompleted',
        finishReason,
        usage: { promptTokens: 7, completionTokens: tokens, deviceMs: 1 },
      });
      queue.end();
    },
    failed: (code, message) => {
      push({ __typename: 'GenerationFailed', code, message });
      queue.end();
    },
  };
  return { events: queue.events, generation };
}
