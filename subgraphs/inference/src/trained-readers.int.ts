/** Classifiers and makers of vectors that the training library made, served by the engine that serves everything else. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';
import { trainTinyBert, trainTinyClassifier, trainTinyEncoder } from './testing/tiny-readers.ts';

const database = useTestDatabase();
const other = useTestDatabase();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ databaseUrl: database.url });
  await harness.register('tiny@1', await writeTinyModel({ isEndless: true }));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.register('reviews@1', await trainTinyClassifier());
  await harness.register('people@1', await trainTinyEncoder());
  await harness.moveAlias('champion', 'reviews@1');
  await harness.moveAlias('champion', 'people@1');
  for (const versionId of ['tiny@1', 'reviews@1', 'people@1']) await harness.deploymentIs(versionId, 'READY');
});
afterAll(() => harness.close());

interface Classified {
  readonly __typename: string;
  readonly message?: string;
  readonly field?: string;
  readonly available?: readonly string[];
  readonly modelVersion: { readonly id: string };
  readonly totalTokens: number;
  readonly deviceMs: number;
  readonly classifications: readonly {
    readonly index: number;
    readonly label: string;
    readonly score: number;
    readonly scores: readonly { readonly label: string; readonly score: number }[];
    readonly tokens: number;
    readonly truncated: boolean;
  }[];
}

const refusals = `... on UnknownModel { message available } ... on InvalidInput { message field }
  ... on Overloaded { message retryAfterMs }`;
const classifyDocument = `query ($input: ClassifyInput!) { classify(input: $input) { __typename
  ... on Classifications { modelVersion { id } totalTokens deviceMs
    classifications { index label score scores { label score } tokens truncated } } ${refusals} } }`;
const embedDocument = `query ($input: EmbedInput!) { embed(input: $input) { __typename
  ... on Embeddings { encoder { id dimensions maxTokens pooling isNormalized } totalTokens deviceMs
    embeddings { index vector tokens truncated } } ${refusals} } }`;

async function ask<Data>(document: string, input: object): Promise<Data> {
  const { data, errors } = await harness.subgraph.request<Data>(document, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

const classify = async (
  texts: readonly string[],
  model = 'reviews',
  more: object = {},
): Promise<Classified> =>
  (await ask<{ classify: Classified }>(classifyDocument, { texts, model, ...more })).classify;

interface Embedded {
  readonly __typename: string;
  readonly message?: string;
  readonly field?: string;
  readonly encoder: { readonly id: string };
  readonly embeddings: readonly { readonly vector: readonly number[]; readonly truncated: boolean }[];
}

const embed = async (texts: readonly string[], model?: string): Promise<Embedded> =>
  (await ask<{ embed: Embedded }>(embedDocument, { texts, model })).embed;

async function known(versionId: string, { inference } = harness): Promise<void> {
  const isKnown = () => inference.deployments.catalogue.resolve(versionId, 'test').kind === 'version';
  while (!isKnown()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const cosine = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, at) => sum + value * b[at]!, 0) / Math.hypot(...a) / Math.hypot(...b);

test('texts get the labels that the classifier was taught, with scores that add up, in the order of the texts', async () => {
  const answer = await classify([
    'Zoe found it awful',
    'Zoe found it lovely',
    'Anna found it awful '.repeat(40),
  ]);
  expect(answer).toMatchObject({ __typename: 'Classifications', modelVersion: { id: 'reviews@1' } });
  expect(answer.classifications.map(({ index, label, truncated }) => ({ index, label, truncated }))).toEqual([
    { index: 0, label: 'bad', truncated: false },
    { index: 1, label: 'good', truncated: false },
    { index: 2, label: expect.any(String), truncated: true },
  ]);
  for (const { label, score, scores } of answer.classifications) {
    expect(scores[0]).toEqual({ label, score });
    expect(scores.map((one) => one.label).sort()).toEqual(['bad', 'good']);
    expect(scores.reduce((sum, one) => sum + one.score, 0)).toBeCloseTo(1, 6);
  }
  expect(answer.classifications[2]?.tokens).toBe(64);
  expect(answer.totalTokens).toBe(answer.classifications.reduce((sum, { tokens }) => sum + tokens, 0));
  expect(answer.deviceMs).toBeGreaterThan(0);
  const [top] = (await classify(['Zoe found it awful'], 'reviews@champion', { topLabels: 1 }))
    .classifications;
  expect(top?.scores).toEqual([{ label: 'bad', score: expect.closeTo(answer.classifications[0]!.score, 5) }]);
});

test('a trained encoder gives its own vectors by name, alias and version, and the platform’s stays the default', async () => {
  const trained = await embed(['Who is Anna?', 'Anna is here.', 'Gus is here.'], 'people');
  expect(trained.encoder).toEqual({
    id: 'people@1',
    dimensions: 32,
    maxTokens: 64,
    pooling: 'MEAN',
    isNormalized: true,
  });
  const [question, own, other] = trained.embeddings.map(({ vector }) => vector);
  expect(question).toHaveLength(32);
  expect(Math.hypot(...question!)).toBeCloseTo(1, 5);
  expect(cosine(question!, own!)).toBeGreaterThan(cosine(question!, other!));
  for (const name of ['people@champion', 'people@1'])
    expect((await embed(['Who is Anna?'], name)).encoder.id).toBe('people@1');
  expect((await embed(['Who is Anna?'])).encoder.id).toMatch(/^use-lite-en@/);
  const { embeddingModels } = await ask<{ embeddingModels: readonly { readonly id: string }[] }>(
    '{ embeddingModels { id dimensions maxTokens pooling isNormalized } }',
    {},
  );
  expect(embeddingModels).toEqual([expect.objectContaining({ dimensions: 512 }), trained.encoder]);
});

test('pooling and length of vectors are those of the version', async () => {
  const folder = await trainTinyEncoder({ pooling: { tokens: 'last', isNormalized: false } });
  await harness.register('plain@1', folder);
  await known('plain@1');
  const { encoder, embeddings } = await embed(['Who is Anna?'], 'plain@1');
  expect(encoder).toMatchObject({ id: 'plain@1', pooling: 'LAST', isNormalized: false });
  expect(Math.abs(Math.hypot(...embeddings[0]!.vector) - 1)).toBeGreaterThan(0.01);
});

test('an encoder of BERT’s kind is served as everything else: for classes, for vectors, and not as a generator', async () => {
  const { classifier, encoder } = await trainTinyBert();
  await harness.register('bert-reviews@1', classifier);
  await harness.register('bert@1', encoder);
  await known('bert@1');
  const texts = ['Zoe found it awful', 'Zoe found it lovely', 'lovely '.repeat(60)];
  const { classifications } = await classify(texts, 'bert-reviews@1');
  expect(classifications.map(({ label }) => label).slice(0, 2)).toEqual(['bad', 'good']);
  expect(classifications.map(({ truncated }) => truncated)).toEqual([false, false, true]);
  const vectors = await embed(['Who is Anna?', 'Who is Anna?', 'a longer text beside it'], 'bert@1');
  expect(vectors.encoder).toMatchObject({ id: 'bert@1', dimensions: 32, maxTokens: 40, pooling: 'FIRST' });
  const [a, b] = vectors.embeddings.map(({ vector }) => vector);
  expect(cosine(a!, b!)).toBeCloseTo(1, 5);
  const { generate } = await ask<{ generate: { message: string } }>(
    'mutation ($input: GenerateInput!) { generate(input: $input) { ... on InvalidInput { message } } }',
    { prompt: 'Hello', model: 'bert@1' },
  );
  expect(generate.message).toBe(
    'bert@1 makes vectors of texts; it generates no text. It is there for `embed`.',
  );
});

test('what a version is not for is refused by name, whichever way it is asked, and nothing is started', async () => {
  const generate = async (model: string) =>
    (
      await ask<{ generate: { message: string; field: string } }>(
        'mutation ($input: GenerateInput!) { generate(input: $input) { ... on InvalidInput { message field } } }',
        { prompt: 'Hello', model },
      )
    ).generate;
  const field = 'input.model';
  expect(await generate('reviews')).toEqual({
    field,
    message: 'reviews@1 puts texts into classes; it generates no text. It is there for `classify`.',
  });
  expect(await generate('people@champion')).toEqual({
    field,
    message: 'people@1 makes vectors of texts; it generates no text. It is there for `embed`.',
  });
  expect(await classify(['a'], 'tiny')).toEqual({
    __typename: 'InvalidInput',
    field,
    message: 'tiny@1 generates text; it has no classes. It is there for `ask` or `generate`.',
  });
  expect(await classify(['a'], 'people@1')).toMatchObject({
    field,
    message: 'people@1 makes vectors of texts; it has no classes. It is there for `embed`.',
  });
  expect(await embed(['a'], 'tiny@1')).toMatchObject({
    field,
    message: 'tiny@1 generates text; it makes no vectors. It is there for `ask` or `generate`.',
  });
  expect(await embed(['a'], 'reviews')).toMatchObject({
    field,
    message: 'reviews@1 puts texts into classes; it makes no vectors. It is there for `classify`.',
  });
  const { generations } = await ask<{ generations: { edges: readonly unknown[] } }>(
    '{ generations { edges { cursor } } }',
    {},
  );
  expect(generations.edges).toEqual([]);
});

test('a question to a classifier fails as an answer does, by name', async () => {
  const { ask: answer } = await ask<{ ask: { message: string; field: string } }>(
    'mutation ($input: AskInput!) { ask(input: $input) { ... on InvalidInput { message field } } }',
    { question: 'Who?', model: 'reviews' },
  );
  expect(answer).toEqual({ field: 'input.model', message: expect.stringContaining('reviews@1 puts texts') });
});

test('unknown names come back with those that are there for the purpose; bad texts with their place', async () => {
  const unknown = await classify(['a'], 'nobody');
  expect(unknown).toEqual({
    __typename: 'UnknownModel',
    message: 'No model, alias or version nobody is served here.',
    available: expect.arrayContaining(['reviews', 'reviews@champion', 'reviews@1']),
  });
  expect(unknown.available).not.toContain('people@1');
  expect(await embed(['a'], 'nobody')).toMatchObject({
    __typename: 'UnknownModel',
    available: expect.arrayContaining([
      expect.stringMatching(/^use-lite-en@/),
      'people@champion',
      'people@1',
    ]),
  });
  expect(await classify(['a', ' '])).toMatchObject({ __typename: 'InvalidInput', field: 'input.texts.1' });
  expect(await classify(['a'], 'reviews', { topLabels: 0 })).toMatchObject({ field: 'input.topLabels' });
  const { errors } = await harness.subgraph.request(
    classifyDocument,
    { input: { texts: ['a'], model: 'reviews' } },
    { roles: [], scopes: ['inference:read'] },
  );
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
});

test('texts, vectors and a token stream share the device: all get on, and a text reads the same as alone', async () => {
  const stream = ask<{ generate: { usage: { completionTokens: number } } }>(
    'mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation { usage { completionTokens } } } }',
    { prompt: 'endless', maxTokens: 200, model: 'tiny' },
  );
  const [alone] = (await classify(['Ida found it lovely'])).classifications;
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, at) => {
      const texts = ['Ida found it lovely', `${at} found it awful, and awful, and awful`];
      const [classes, vectors] = await Promise.all([classify(texts), embed(texts, 'people')]);
      return { score: classes.classifications[0]!.score, vector: vectors.embeddings[0]!.vector };
    }),
  );
  for (const { score, vector } of answers) {
    expect(score).toBeCloseTo(alone!.score, 4);
    expect(cosine(vector, answers[0]!.vector)).toBeCloseTo(1, 5);
  }
  expect((await stream).generate.usage.completionTokens).toBe(200);
});

test('an alias that moves takes effect without a restart; requests under way end on the version they began with', async () => {
  await harness.register('reviews@2', await trainTinyClassifier({ seed: 2, labels: ['no', 'yes'] }));
  const many = Array.from({ length: 256 }, (_, at) => `Person ${at} found it awful`);
  const before = Array.from({ length: 8 }, () => classify(many));
  await harness.moveAlias('champion', 'reviews@2');
  await harness.deploymentIs('reviews@2', 'READY');
  while ((await classify(['Zoe found it awful'])).modelVersion.id !== 'reviews@2');
  expect((await classify(['Zoe found it awful'])).classifications[0]?.label).toBe('no');
  for (const answer of await Promise.all(before)) {
    const labels = answer.modelVersion.id === 'reviews@1' ? ['bad', 'good'] : ['no', 'yes'];
    expect(answer.classifications).toHaveLength(256);
    for (const { label } of answer.classifications) expect(labels).toContain(label);
  }
  await harness.deploymentIs('reviews@1', 'UNLOADED');
  expect((await classify(['Zoe found it awful'], 'reviews@1')).classifications[0]?.label).toBe('bad');
});

test('when the worker is lost, texts that wait for a version are read by the next one, once it has the version', async () => {
  const [device] = harness.inference.pool.devices;
  const waiting = Promise.all(
    Array.from({ length: 6 }, () =>
      classify(
        Array.from({ length: 200 }, (_, at) => `${at} found it awful`),
        'reviews@2',
      ),
    ),
  );
  await new Promise((resolve) => setImmediate(resolve));
  await device?.killWorker();
  for (const { classifications } of await waiting) expect(classifications).toHaveLength(200);
  expect(await classify(['Zoe found it lovely'], 'reviews@2')).toMatchObject({
    classifications: [{ label: 'yes' }],
  });
});

test('a client that leaves while its texts are read takes them along, and the version can leave at once', async () => {
  const { deployments, pool } = harness.inference;
  const acquired = await deployments.acquireReader('plain@1', 'embedding');
  if (acquired.kind !== 'ready') throw new Error(acquired.detail);
  const leaving = new AbortController();
  // Many runs, with which a single text of another version takes turns: it is read in their midst.
  const texts = Array.from({ length: 256 }, (_, at) => `${at} ${'and more of it '.repeat(20)}`);
  const left = pool.readTexts({ texts, lane: 'plain@1', signal: leaving.signal });
  await pool.readTexts({ texts: ['Who is Anna?'], lane: 'people@1' }).then(() => leaving.abort());
  expect(await left).toEqual({ kind: 'cancelled' });
  acquired.release();
  pool.unload('plain@1');
  expect((await embed(['Who is Anna?'], 'people')).encoder.id).toBe('people@1');
});

test('a version counts with its weights while it is loaded, and says what it is for', async () => {
  const { deployments } = await ask<{
    deployments: readonly {
      readonly modelVersion: { readonly id: string };
      readonly purpose: string;
      readonly memoryBytes: number;
    }[];
  }>('{ deployments { modelVersion { id } purpose memoryBytes precision contextLength } }', {});
  const byId = new Map(deployments.map((row) => [row.modelVersion.id, row]));
  expect(byId.get('reviews@2')).toMatchObject({
    purpose: 'CLASSIFICATION',
    precision: 'fp32',
    contextLength: 64,
  });
  expect(byId.get('reviews@2')?.memoryBytes).toBeGreaterThan(50_000);
  expect(byId.get('people@1')).toMatchObject({ purpose: 'EMBEDDING' });
  expect(byId.get('tiny@1')).toMatchObject({ purpose: 'GENERATION' });
});

test('readers take turns in the memory that models may have, the longest unused leaves first, and one too large is refused with both numbers', async () => {
  const [classifier, encoder] = [await trainTinyClassifier(), await trainTinyEncoder()];
  const { size } = await stat(join(classifier, 'model.safetensors'));
  const own = await startHarness({ databaseUrl: other.url, settings: { modelMemoryBytes: size * 1.5 } });
  try {
    await own.register('classes@1', classifier);
    await own.register('vectors@1', encoder);
    await known('vectors@1', own);
    await known('classes@1', own);
    const acquire = (versionId: string, purpose: 'classification' | 'embedding') =>
      own.inference.deployments.acquireReader(versionId, purpose);
    const first = await acquire('classes@1', 'classification');
    if (first.kind !== 'ready') throw new Error(first.detail);
    // It is in use: nothing else fits beside it.
    expect(await acquire('vectors@1', 'embedding')).toEqual({
      kind: 'failed',
      detail: expect.stringMatching(/^\d+ bytes are needed; MODEL_MEMORY_BYTES allows \d+\.$/),
    });
    first.release();
    const second = await acquire('vectors@1', 'embedding');
    expect(second.kind).toBe('ready');
    await own.deploymentIs('classes@1', 'UNLOADED');
    if (second.kind === 'ready') second.release();
    expect((await acquire('classes@1', 'classification')).kind).toBe('ready');
    await own.deploymentIs('vectors@1', 'UNLOADED');
  } finally {
    await own.close();
  }
});
