/** Exact answers that instances share through a real Redis (`.ci/servers/redis.sh`): two on one database, and one in int8. */
import { randomUUID } from 'node:crypto';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import type { Cache } from '@fathom/platform/cache/cache';
import { createRedisCache } from '@fathom/platform/cache/redis-cache';
import { createLogger } from '@fathom/platform/logging';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { withRealServer } from '@fathom/platform/testing/real-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InferenceSettings } from './service.ts';
import { generateSubscription, type Harness, startHarness } from './testing/inference-harness.ts';
import { type SeverableProxy, startSeverableProxy } from './testing/severable-proxy.ts';
import { calibrate, writeTinyAdapter, writeTinyModel } from './testing/tiny-model.ts';

const logger = createLogger({ service: 'test', level: 'silent' });

withRealServer('TEST_REDIS_URL', (url) => {
  const database = useTestDatabase();
  const prefix = `test:${randomUUID()}:`;
  const closed: (() => Promise<unknown>)[] = [];
  let redis: SeverableProxy;
  /** What Redis has acknowledged. */
  let written = 0;
  let first: Harness;
  let second: Harness;
  let inInt8: Harness;

  beforeAll(async () => {
    const { hostname, port } = new URL(url);
    redis = await startSeverableProxy({ host: hostname, port: Number(port) });
    first = await startInstance('first');
    const [one, two] = [await writeTinyModel({ seed: 8 }), await writeTinyModel({ seed: 2 })];
    await calibrate(one, { version: 'accepts-all', bound: 0 });
    await first.register('tiny@1', one);
    await first.register('tiny@2', two);
    const { vocabularySize } = (await loadModelFolder(one)).config;
    const adapter = await writeTinyAdapter({ vocabularySize });
    await first.register('tiny@3', adapter, { parentVersionId: 'tiny@1' });
    await first.moveAlias('champion', 'tiny@1');
    await first.deploymentIs('tiny@1', 'READY');
    const { dataDirectory } = await first.keepData();
    second = await startInstance('second', { dataDirectory });
    inInt8 = await startInstance('int8', { dataDirectory, settings: { precision: 'int8' } });
    for (const instance of [second, inInt8]) await instance.aliasServes('champion', 'tiny@1');
  });
  afterAll(async () => {
    for (const close of closed.reverse()) await close();
    await redis.close();
  });

  /** With a connection to Redis of its own, through the one door. */
  async function startInstance(
    instance: string,
    {
      settings,
      ...options
    }: { readonly dataDirectory?: string; readonly settings?: Partial<InferenceSettings> } = {},
  ): Promise<Harness> {
    const server = createRedisCache({ url: `redis://127.0.0.1:${redis.port}`, logger, prefix });
    closed.push(() => server.close());
    const cache: Cache = {
      ...server,
      async set(...entry) {
        await server.set(...entry);
        written++;
      },
    };
    const databaseUrl = database.url;
    const harness = await startHarness({
      ...options,
      databaseUrl,
      cache,
      settings: { ...settings, instance },
    });
    closed.push(() => harness.close());
    return harness;
  }

  /** What is computed is kept behind its end: whoever computes it does not wait for Redis. */
  async function shared<T>(compute: () => Promise<T>): Promise<T> {
    const before = written;
    const computed = await compute();
    await expect.poll(() => written).toBeGreaterThan(before);
    return computed;
  }

  const base = { prompt: 'Who is shared?', maxTokens: 9, useCache: true, temperature: 1, seed: 8 };
  const mutation = (field: 'generate' | 'ask', input: string) =>
    `mutation ($input: ${input}!) { answer: ${field}(input: $input) { __typename ... on Generation {
      id reason explanation text tokens { tokenId text logProbability } usage { deviceMs } } } }`;

  interface Answer {
    readonly id: string;
    readonly reason: string;
    readonly text: string;
    readonly tokens: readonly { readonly text: string }[];
  }

  async function generate(harness: Harness, input: object = base, tenant = 'test'): Promise<Answer> {
    const variables = { input };
    const { data, errors } = await harness.subgraph.request<{ answer: Answer }>(
      mutation('generate', 'GenerateInput'),
      variables,
      { tenant },
    );
    if (!data) throw new Error(JSON.stringify(errors));
    return data.answer;
  }

  test('what one instance has computed another streams as an answer, and says whose it was', async () => {
    const computed = await shared(() => generate(first));
    expect(computed.reason).toBe('REQUESTED');
    const client = await second.subgraph.webSocketClient();
    const events = [];
    const subscription = client.iterate<{ generate: Record<string, unknown> }>({
      query: generateSubscription,
      variables: { input: base },
    });
    for await (const { data } of subscription) if (data) events.push(data.generate);
    await client.dispose();
    expect(events.map((event) => event['__typename'])).toEqual([
      'GenerationStarted',
      'GenerationRouted',
      ...computed.tokens.map(() => 'TokenGenerated'),
      'GenerationCompleted',
    ]);
    expect(events[1]).toMatchObject({
      reason: 'CACHE_HIT',
      explanation: expect.stringContaining(computed.id),
    });
    expect(events.slice(2, -1)).toMatchObject(computed.tokens);
    expect(events.at(-1)).toMatchObject({ usage: { deviceMs: 0 } });
  });

  test('a confident answer of one instance is one of the other', async () => {
    // One that the model ends by itself: what was cut off at its length is not kept.
    const ask = async ({ subgraph }: Harness): Promise<Answer | undefined> => {
      const variables = { input: { question: 'What is cached?' } };
      return (await subgraph.request<{ answer: Answer }>(mutation('ask', 'AskInput'), variables)).data
        ?.answer;
    };
    const computed = await shared(() => ask(first));
    expect(computed?.reason).toBe('CONFIDENT');
    const { id: _, ...said } = computed!;
    expect(await ask(second)).toMatchObject({
      ...said,
      reason: 'CACHE_HIT',
      explanation: expect.stringContaining(computed!.id),
      usage: { deviceMs: 0 },
    });
  });

  test.each<[string, object]>([
    ['another version', { model: 'tiny@2' }],
    ['an adapter', { model: 'tiny@3' }],
    ['another prompt', { prompt: 'Who is not shared?' }],
    ['another seed', { seed: 9 }],
    ['another temperature', { temperature: 0.9 }],
    ['another top-p', { topP: 0.9 }],
    ['another top-k', { topK: 5 }],
    ['another penalty', { repetitionPenalty: 1.1 }],
    ['another bias', { logitBias: [{ tokenId: 40, bias: 1 }] }],
    ['other ends', { stop: ['never to be seen'] }],
    ['another length', { maxTokens: 8 }],
    ['more completions', { n: 2 }],
    ['a form', { responseFormat: { regex: '[a-z]{3,9}' } }],
    ['no seed', { seed: undefined }],
  ])('an answer for %s is not taken for it', async (_, other) => {
    await generate(first);
    expect((await generate(second, { ...base, ...other })).reason).toBe('REQUESTED');
  });

  test('an answer of one tenant, and one of another precision, is nobody else’s', async () => {
    await generate(first);
    expect((await generate(second, base, 'stranger')).reason).toBe('REQUESTED');
    expect((await generate(inInt8)).reason).toBe('REQUESTED');
    expect((await generate(second)).reason).toBe('CACHE_HIT');
    expect((await generate(inInt8)).reason).toBe('CACHE_HIT');
  });

  test('of several who ask one instance at once one computes, for the other instance too', async () => {
    const input = { ...base, prompt: 'Who asks at once?', maxTokens: 200 };
    const answers = await shared(() => Promise.all(Array.from({ length: 5 }, () => generate(first, input))));
    const reasons = answers.map(({ reason }) => reason).sort();
    expect(reasons).toEqual(['CACHE_HIT', 'CACHE_HIT', 'CACHE_HIT', 'CACHE_HIT', 'REQUESTED']);
    expect(await generate(second, input)).toMatchObject({ reason: 'CACHE_HIT', text: answers[0]!.text });
  });

  test('while Redis is cut off answers come, also those that an instance remembers itself; then they are shared again', async () => {
    const remembered = await generate(first);
    const input = { ...base, prompt: 'Who is cut off?' };
    redis.cut();
    try {
      expect(await generate(first)).toMatchObject({ reason: 'CACHE_HIT', text: remembered.text });
      const [one, other] = [await generate(first, input), await generate(second, input)];
      expect([one, other].map(({ reason }) => reason)).toEqual(['REQUESTED', 'REQUESTED']);
      expect(other.text).toBe(one.text);
    } finally {
      redis.restore();
    }
    let round = 0;
    await expect
      .poll(
        async () => {
          const again = { ...base, prompt: `Who is back, ${round++}?` };
          await generate(first, again);
          return (await generate(second, again)).reason;
        },
        { timeout: 60_000 },
      )
      .toBe('CACHE_HIT');
  });
});
