/** An encoder of BERT's kind from elsewhere: registered, and taught by runs of the service. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textModel } from '@fathom/neural/architectures/text-model';
import { parseEncoderConfig } from '@fathom/neural/models/encoder-config';
import { writeEncoderFolder } from '@fathom/neural/models/encoder-folder';
import { openTextReader } from '@fathom/neural/serving/text-reader';
import { WordPiece } from '@fathom/neural/tokenizers/word-piece';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';
import { announce, createUploadClient } from './testing/uploads.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let client: ReturnType<typeof createUploadClient>;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fathom-encoder-runs-'));
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  client = createUploadClient(subgraph);
});
afterAll(async () => {
  await subgraph.close();
  await rm(root, { recursive: true });
});

const reference = new URL(
  '../../shared/neural/reference/tokenizers/models/bert-uncased.json',
  import.meta.url,
);
const tokenizer = WordPiece.fromTokenizerJson(JSON.parse(readFileSync(reference, 'utf8')).tokenizer);
/** As a hub has it; the weights are drawn from a seed. */
const config = parseEncoderConfig({
  architectures: ['BertModel'],
  model_type: 'bert',
  vocab_size: tokenizer.vocabularySize,
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 64,
  max_position_embeddings: 48,
  initializer_range: 0.1,
});

async function encoderFolder(name: string): Promise<string> {
  const folder = join(root, name);
  await writeEncoderFolder(folder, { config, weights: textModel(config).initialize(3), tokenizer });
  return folder;
}

async function upload(folder: string): Promise<string> {
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const contents = await Promise.all(paths.map((path) => readFile(join(folder, path))));
  const begun = await client.begin(paths.map((path, at) => announce(contents[at]!, path)));
  for (const [at, content] of contents.entries())
    expect(await client.put(begun.files[at]!.url, 0, content)).toMatchObject({ status: 200 });
  return begun.id;
}

async function ask<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
  const { data, errors } = await subgraph.request<T>(query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

const register = async (folder: string, modelName: string) =>
  (
    await ask<{ registerModel: Readonly<Record<string, unknown>> }>(
      `mutation ($input: RegisterModelInput!) { registerModel(input: $input) { __typename
         ... on ModelVersion { id task parameterCount } ... on ModelRefused { code message } } }`,
      { input: { uploadId: await upload(folder), modelName } },
    )
  ).registerModel;

async function dataSet(name: string, task: string, examples: readonly object[]): Promise<string> {
  const content = examples.map((example) => JSON.stringify(example)).join('\n');
  const { createDataSet } = await ask<{ createDataSet: { id: string } }>(
    'mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) { ... on DataSet { id } } }',
    { input: { name, format: 'JSONL', task, content } },
  );
  return createDataSet.id;
}

interface Ended {
  readonly detail: string;
  readonly modelVersion: {
    readonly id: string;
    readonly task: string;
    readonly labels: readonly string[];
    readonly artifactUri: string;
  };
  readonly evaluations: readonly Readonly<Record<string, unknown>>[];
}

async function runToEnd(input: object): Promise<Ended> {
  const hyperparameters = {
    steps: 40,
    batchSize: 8,
    warmupSteps: 4,
    learningRate: 0.005,
    checkpointEverySteps: 20,
    evaluateEverySteps: 20,
    heldOutShare: 0.2,
  };
  const id = await startRun(subgraph, { hyperparameters, ...input });
  await untilRest(subgraph, id);
  const { trainingRun } = await ask<{ trainingRun: Ended }>(
    `query ($id: ID!) { trainingRun(id: $id) { detail modelVersion { id task labels artifactUri }
       evaluations { suite accuracy retrievalAccuracy } } }`,
    { id },
  );
  return trainingRun;
}

async function readWith(artifactUri: string, texts: readonly string[]) {
  const folder = await subgraph.parts.artifacts.fetch(artifactUri);
  const reader = await openTextReader(folder, { threads: 1, maxTokens: 48, maxBatchTokens: 256 });
  const rows = await reader.run(texts.map((text) => reader.tokenize(text)));
  await reader.release();
  return { folder, facts: reader.facts, rows };
}

const countries = ['France', 'Peru', 'Poland', 'Japan', 'Chad', 'Mali', 'Cuba', 'Fiji', 'Iran', 'Oman'];
const elements = ['iron', 'gold', 'argon', 'neon', 'zinc', 'lead', 'boron', 'radon', 'xenon', 'tin'];

test('an encoder is registered as what it is, taught classes, and taught on as a classifier with its own head', async () => {
  expect(await register(await encoderFolder('bert'), 'bert')).toMatchObject({
    __typename: 'ModelVersion',
    id: 'bert@1',
    task: 'EMBEDDING',
  });
  const dataSetId = await dataSet('kinds', 'CLASSIFICATION', [
    ...countries.map((name) => ({ text: `What is the capital of ${name}?`, label: 'country' })),
    ...elements.map((name) => ({ text: `Which atomic number has ${name}?`, label: 'element' })),
  ]);
  const input = { modelName: 'kinds', dataSetId, initialVersionId: 'bert@1', task: 'CLASSIFICATION' };
  const first = await runToEnd(input);
  expect(first.modelVersion, first.detail).toMatchObject({
    task: 'CLASSIFICATION',
    labels: ['country', 'element'],
  });
  expect(first.evaluations[0]).toMatchObject({ suite: 'held-out', accuracy: 1 });
  const texts = ['What is the capital of Ghana?', 'Which atomic number has helium?'];
  const { folder, facts, rows } = await readWith(first.modelVersion.artifactUri, texts);
  expect(facts).toMatchObject({ purpose: 'classification', labels: ['country', 'element'], maxTokens: 48 });
  expect(rows.map(([country, element]) => country! > element!)).toEqual([true, false]);
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['BertForSequenceClassification'],
  });
  const again = await runToEnd({ ...input, initialVersionId: 'kinds@1' });
  expect(again.modelVersion).toMatchObject({ id: 'kinds@2', labels: ['country', 'element'] });
});

test('an encoder from scratch learns its vocabulary of word pieces and its classes, goes on in another run, and is read', async () => {
  const dataSetId = await dataSet('kinds from scratch', 'CLASSIFICATION', [
    ...countries.map((name) => ({ text: `What is the capital of ${name}?`, label: 'country' })),
    ...elements.map((name) => ({ text: `Which atomic number has ${name}?`, label: 'element' })),
  ]);
  const architecture = {
    family: 'BERT',
    hiddenSize: 40,
    layers: 1,
    attentionHeads: 2,
    feedForwardSize: 64,
    vocabularySize: 300,
    contextLength: 64,
  };
  const input = { modelName: 'fresh', dataSetId, task: 'CLASSIFICATION', architecture };
  const first = await runToEnd(input);
  expect(first.modelVersion, first.detail).toMatchObject({ id: 'fresh@1', labels: ['country', 'element'] });
  expect(first.evaluations[0]).toMatchObject({ suite: 'held-out', accuracy: 1 });
  const texts = ['WHAT is the capital of Ghana?', 'Which atomic number has helium?'];
  const { folder, rows } = await readWith(first.modelVersion.artifactUri, texts);
  expect(rows.map(([country, element]) => country! > element!)).toEqual([true, false]);
  const tokenizer = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
  expect(tokenizer.model).toMatchObject({
    type: 'WordPiece',
    vocab: { '[PAD]': 0, capital: expect.any(Number) },
  });
  expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))).toMatchObject({
    architectures: ['BertForSequenceClassification'],
    hidden_size: 40,
  });
  // The same run again has the same weights, and another goes on from it.
  const again = await runToEnd(input);
  expect(again.modelVersion.artifactUri).toBe(first.modelVersion.artifactUri);
  const on = await runToEnd({ ...input, architecture: null, initialVersionId: 'fresh@1' });
  expect(on.modelVersion, on.detail).toMatchObject({ id: 'fresh@3', labels: ['country', 'element'] });
});

test('an encoder is taught vectors, to the very same bits again', async () => {
  const dataSetId = await dataSet(
    'answers',
    'EMBEDDING',
    [...countries, ...elements].map((name) => ({
      anchor: `Who has heard of ${name}?`,
      positive: `${name} is known.`,
    })),
  );
  const input = { dataSetId, initialVersionId: 'bert@1', task: 'EMBEDDING' };
  const straight = await runToEnd({ ...input, modelName: 'answers' });
  expect(straight.modelVersion, straight.detail).toMatchObject({ task: 'EMBEDDING', labels: [] });
  expect(straight.evaluations[0]?.['retrievalAccuracy']).toBeGreaterThanOrEqual(0.5);
  const { facts } = await readWith(straight.modelVersion.artifactUri, ['a']);
  expect(facts).toMatchObject({
    purpose: 'embedding',
    dimensions: 32,
    pooling: { tokens: 'mean', isNormalized: true },
  });
  const again = await runToEnd({ ...input, modelName: 'answers-again' });
  expect(again.modelVersion.artifactUri).toBe(straight.modelVersion.artifactUri);
});

test('what no encoder can be is refused by name: a generator, and a folder that lacks a tensor', async () => {
  const dataSetId = await dataSet(
    'talk',
    'LANGUAGE_MODEL',
    countries.map((name) => ({ prompt: name, completion: 'A country.' })),
  );
  const { startTrainingRun } = await ask<{ startTrainingRun: { field: string; message: string } }>(
    'mutation ($input: StartTrainingRunInput!) { startTrainingRun(input: $input) { ... on InvalidInput { field message } } }',
    { input: { modelName: 'talk', dataSetId, initialVersionId: 'bert@1' } },
  );
  expect(startTrainingRun).toMatchObject({
    field: 'input.initialVersionId',
    message: expect.stringContaining('bert@1 is of the task EMBEDDING'),
  });
  const folder = await encoderFolder('broken');
  const file = join(folder, 'config.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...json, num_hidden_layers: 3 }));
  expect(await register(folder, 'broken')).toMatchObject({
    __typename: 'ModelRefused',
    code: 'MODEL_INCOMPLETE',
    message: expect.stringContaining('tensor encoder.layer.2.attention.self.query.weight is missing'),
  });
});
