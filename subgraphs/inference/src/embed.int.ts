import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ databaseUrl: database.url });
  await harness.register('tiny@1', await writeTinyModel({ isEndless: true }));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
});
afterAll(() => harness.close());

const document = `query ($input: EmbedInput!) {
  embed(input: $input) {
    __typename
    ... on Embeddings { encoder { id dimensions maxTokens pooling isNormalized } totalTokens deviceMs embeddings { index vector tokens truncated } }
    ... on UnknownModel { model available }
    ... on InvalidInput { field message }
  }
}`;

interface Embedded {
  readonly embed: {
    readonly __typename: string;
    readonly totalTokens: number;
    readonly deviceMs: number;
    readonly encoder: unknown;
    readonly embeddings: readonly {
      readonly index: number;
      readonly vector: readonly number[];
      readonly tokens: number;
      readonly truncated: boolean;
    }[];
  };
}

async function embed(texts: readonly string[], model?: string): Promise<Embedded['embed']> {
  const { data, errors } = await harness.subgraph.request<Embedded>(document, { input: { texts, model } });
  if (!data) throw new Error(errors?.[0]?.message);
  return data.embed;
}

test('what was read is announced once, with what it took and the trace it came under', async () => {
  const announced: unknown[] = [];
  const { broker } = harness.platform;
  const subscription = await broker.subscribe({
    topics: ['texts.read'],
    group: 'test',
    handle: async ({ payload }) => void announced.push(payload),
  });
  const { totalTokens, deviceMs } = await embed(['How long is the refund period?', 'And the comet?']);
  await embed(['']);
  const ofThis = () =>
    announced.filter((payload) => (payload as { readonly deviceMs: number }).deviceMs === deviceMs);
  await expect.poll(() => ofThis().length).toBe(1);
  expect(ofThis()).toEqual([
    {
      tenant: expect.any(String),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      modelVersionId: expect.stringMatching(/^use-lite-en@/),
      tokens: totalTokens,
      deviceMs,
      completedAt: expect.any(String),
    },
  ]);
  await subscription.close();
});

const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0);

test('a text lies nearer to its paraphrase than to another, and the answer says what was read', async () => {
  const { embeddings, encoder, totalTokens, deviceMs } = await embed([
    'How long is the refund period?',
    'For how many days can I return what I bought?',
    'The comet was seen in 1987.',
    'word '.repeat(500),
  ]);
  expect(encoder).toEqual({
    id: expect.stringMatching(/^use-lite-en@\d/),
    dimensions: 512,
    maxTokens: 128,
    pooling: 'MEAN',
    isNormalized: true,
  });
  const [a, b, c, long] = embeddings;
  expect(a?.vector).toHaveLength(512);
  expect(cosine(a!.vector, a!.vector)).toBeCloseTo(1, 5);
  expect(cosine(a!.vector, b!.vector)).toBeGreaterThan(cosine(a!.vector, c!.vector) + 0.2);
  expect(embeddings.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(embeddings.map(({ truncated }) => truncated)).toEqual([false, false, false, true]);
  expect(long?.tokens).toBe(128);
  expect(totalTokens).toBe(embeddings.reduce((sum, { tokens }) => sum + tokens, 0));
  expect(deviceMs).toBeGreaterThan(0);
});

test('an encoder that does not exist and texts that are none are told, with what there is', async () => {
  expect(await embed(['x'], 'other')).toEqual({
    __typename: 'UnknownModel',
    model: 'other',
    available: [expect.stringMatching(/^use-lite-en@/)],
  });
  expect(await embed(['x', ''])).toMatchObject({ __typename: 'InvalidInput', field: 'input.texts.1' });
});

test('vectors and a token stream share the device: both get on', async () => {
  const stream = harness.subgraph.request<{ generate: { usage: { completionTokens: number } } }>(
    `mutation { generate(input: { prompt: "endless", maxTokens: 200 }) { ... on Generation { usage { completionTokens } } } }`,
  );
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => embed([`Question ${at}`, 'the same'])),
  );
  const same = answers.map(({ embeddings }) => embeddings[1]!.vector);
  for (const vector of same) expect(cosine(vector, same[0]!)).toBeCloseTo(1, 5);
  expect((await stream).data?.generate.usage.completionTokens).toBe(200);
});

test('when the worker is lost, texts that wait for it are computed by the next one', async () => {
  const waiting = embed(Array.from({ length: 200 }, (_, at) => `Sentence number ${at} of a long list.`));
  await harness.inference.pool.devices[0]?.killWorker();
  const { embeddings } = await waiting;
  expect(embeddings).toHaveLength(200);
});

test('more texts than a device takes are refused with a time to come back, and nothing is lost', async () => {
  const { pool } = harness.inference;
  const texts = Array.from({ length: 256 }, (_, at) => `Text ${at}`);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => pool.readTexts({ texts })));
  const kinds = outcomes.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'read')).toHaveLength(16);
  expect(outcomes.filter(({ kind }) => kind === 'overloaded')).toEqual(
    Array.from({ length: 4 }, () => ({
      kind: 'overloaded',
      waitingTexts: 4_096,
      retryAfterMs: expect.any(Number),
    })),
  );
});

test('a client that left takes its texts along', async () => {
  const { pool } = harness.inference;
  const leaving = new AbortController();
  const left = pool.readTexts({ texts: ['one', 'two'], signal: leaving.signal });
  leaving.abort();
  expect(await left).toEqual({ kind: 'cancelled' });
  expect(await pool.readTexts({ texts: ['three'] })).toMatchObject({ kind: 'read' });
});
