import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  askSubscription,
  generateSubscription,
  resumeSubscription,
  type Streamed,
} from './testing/inference-harness.ts';
import { type RunningService, useServiceProcesses } from './testing/service-process.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const services = useServiceProcesses(() => writeTinyModel({ layers: 48, isEndless: true }));
const { query } = services;

async function startService(env: Readonly<Record<string, string>> = {}): Promise<RunningService> {
  const service = await services.start(env);
  await expect.poll(() => modelIsLoaded(service.port), { timeout: 30_000 }).toBe(true);
  return service;
}

/** The service listens before its default model is there. */
async function modelIsLoaded(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean }> };
  return checks['model']?.ok === true;
}

/** Events of a subscription until it ends or its connection is lost. */
async function follow(
  service: RunningService,
  query: string,
  variables: object,
  onEvent: (event: Streamed) => void = () => {},
): Promise<Streamed[]> {
  const identity = await services.platform.identity.connection('inference');
  const client = createClient({
    url: `ws://${service.url}`,
    webSocketImpl: WebSocket,
    connectionParams: { identity },
    retryAttempts: 0,
  });
  const seen: Streamed[] = [];
  try {
    for await (const { data } of client.iterate<Record<string, Streamed>>({
      query,
      variables: { ...variables },
    })) {
      const event = Object.values(data ?? {})[0];
      if (!event) continue;
      seen.push(event);
      onEvent(event);
    }
  } catch (error) {
    if (!(error instanceof Object && 'code' in error)) throw error;
  }
  return seen;
}

const textOf = (events: readonly Streamed[]): string => events.map(({ text }) => text ?? '').join('');
const sequencesOf = (events: readonly Streamed[]): number[] => events.map(({ sequence }) => sequence);
const input = { prompt: 'What is the capital of France?', maxTokens: 512 };

test('a service killed in the middle of a stream goes on with it, and a resuming client gets every token exactly once', async () => {
  const first = await startService();
  const expected = await follow(first, generateSubscription, { input });
  const before = await follow(first, generateSubscription, { input }, (event) => {
    if (event.sequence === 30) first.process.kill('SIGKILL');
  });
  expect(before.length).toBeLessThan(expected.length);

  const second = await startService();
  const last = before.at(-1);
  const after = await follow(second, resumeSubscription, { id: last?.generation.id, after: last?.cursor });
  expect(sequencesOf([...before, ...after])).toEqual(sequencesOf(expected));
  expect(textOf([...before, ...after])).toBe(textOf(expected));
  expect(after.at(-1)).toMatchObject({
    __typename: 'GenerationCompleted',
    generation: { status: 'COMPLETED' },
  });
  const stored = await query<{ generation: { text: string; tokens: unknown[] } }>(
    second,
    'query ($id: ID!) { generation(id: $id) { text tokens { tokenId } } }',
    { id: last?.generation.id },
  );
  expect(stored.generation).toMatchObject({ text: textOf(expected) });
  expect(stored.generation.tokens).toHaveLength(
    expected.filter(({ tokenId }) => tokenId !== null && tokenId !== undefined).length,
  );
});

test('a service that is stopped leaves its streams to the next one', async () => {
  const first = await startService({ DRAIN_TIMEOUT_MS: '0' });
  const exited = once(first.process, 'exit');
  const before = await follow(first, generateSubscription, { input }, (event) => {
    if (event.sequence === 30) first.process.kill('SIGTERM');
  });
  expect(await exited).toEqual([0, null]);
  expect(before.at(-1)?.__typename).toBe('TokenGenerated');
  const second = await startService();
  const last = before.at(-1);
  const after = await follow(second, resumeSubscription, { id: last?.generation.id, after: last?.cursor });
  const whole = [...before, ...after];
  expect(sequencesOf(whole)).toEqual(whole.map((_, index) => index + 1));
  expect(after.at(-1)).toMatchObject({
    __typename: 'GenerationCompleted',
    generation: { text: textOf(whole) },
  });
});

test('a generation whose client was lost ends after the grace period', async () => {
  // Deep-learning never answers, so the generation is still running when the connection breaks, however slow the machine.
  const silent = createServer(() => {});
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const { port } = silent.address() as AddressInfo;
  const service = await startService({
    GENERATION_GRACE_MS: '0',
    DEEP_LEARNING_URL: `http://127.0.0.1:${port}/graphql`,
    DEEP_LEARNING_TIMEOUT_MS: '60000',
  });
  const id = await loseConnection(service);
  await hasEnded(service, id);
  const events = await follow(service, resumeSubscription, { id });
  expect(events.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', finishReason: 'CANCELLED' });
  silent.closeAllConnections();
  silent.close();
});

/** Resolves when the generation has ended, without watching it: a watcher would keep it alive. */
async function hasEnded(service: RunningService, id: string): Promise<void> {
  const text = 'query ($id: ID!) { generation(id: $id) { completedAt } }';
  await expect
    .poll(() => query<{ generation: { completedAt: string | null } }>(service, text, { id }), {
      timeout: 20_000,
    })
    .toMatchObject({ generation: { completedAt: expect.any(String) } });
}

/** Asks, and cuts the socket without a word after the first event; the generation's id. */
async function loseConnection(service: RunningService): Promise<string> {
  const sockets: WebSocket[] = [];
  class Recorded extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  }
  const identity = await services.platform.identity.connection('inference');
  const client = createClient({
    url: `ws://${service.url}`,
    webSocketImpl: Recorded,
    connectionParams: { identity },
    retryAttempts: 0,
  });
  const variables = { input: { question: input.prompt } };
  for await (const { data } of client.iterate<Record<string, Streamed>>({
    query: askSubscription,
    variables,
  })) {
    const event = Object.values(data ?? {})[0];
    if (!event) continue;
    sockets[0]?.terminate();
    return event.generation.id;
  }
  throw new Error('the generation never started');
}
