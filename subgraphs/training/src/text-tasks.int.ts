import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { encodeWholeText, loadTextFolder } from '@fathom/neural/models/text-folder';
import { openTextRunner } from '@fathom/neural/models/text-model-folder';
import { openArtifactStore } from '@fathom/platform/artifacts/open-artifact-store';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runState, startRun, tinyRun, untilEvent, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
});
afterAll(() => subgraph.close());

async function ask<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
  const { data, errors } = await subgraph.request<T>(query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

interface Made {
  readonly id?: string;
  readonly field?: string;
  readonly message?: string;
  readonly problems?: readonly { readonly line: number; readonly code: string; readonly message: string }[];
}

const create = async (input: object): Promise<Made> =>
  (
    await ask<{ createDataSet: Made }>(
      `mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) {
         ... on DataSet { id } ... on InvalidInput { field message } ... on InvalidDataSet { problems { line code message } } } }`,
      { input },
    )
  ).createDataSet;

const start = async (input: object): Promise<Made> =>
  (
    await ask<{ startTrainingRun: Made }>(
      `mutation ($input: StartTrainingRunInput!) { startTrainingRun(input: $input) {
         ... on TrainingRun { id } ... on InvalidInput { field message } ... on NotFound { message } } }`,
      { input },
    )
  ).startTrainingRun;

interface Shown {
  readonly task: string;
  readonly detail: string;
  readonly failureCode: string | null;
  readonly modelVersion: {
    readonly id: string;
    readonly task: string;
    readonly labels: readonly string[];
    readonly artifactUri: string;
    readonly aliases: readonly string[];
  } | null;
  readonly evaluations: readonly Readonly<Record<string, unknown>>[];
}
const shown = async (id: string): Promise<Shown> =>
  (
    await ask<{ trainingRun: Shown }>(
      `query ($id: ID!) { trainingRun(id: $id) { task detail failureCode modelVersion { id task labels artifactUri aliases }
         evaluations { suite exampleCount loss exactMatch accuracy macroF1 retrievalAccuracy spearman score } } }`,
      { id },
    )
  ).trainingRun;

const names = ['Anna', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hana', 'Ida', 'Jon', 'Kim', 'Leo'];
const csv = [
  'label,id,text',
  ...names.flatMap((name, at) => [`good,${at},${name} found it lovely`, `bad,${at},${name} found it awful`]),
].join('\n');
const pairs = names
  .map((name) => JSON.stringify({ anchor: `Who is ${name}?`, positive: `${name} is here.` }))
  .join('\n');
const run = {
  architecture: tinyRun.architecture,
  hyperparameters: { ...tinyRun.hyperparameters, steps: 40, batchSize: 8, learningRate: 0.01 },
};

async function folderOf(version: Shown['modelVersion']): Promise<string> {
  return openArtifactStore(subgraph.parts.env).fetch(version!.artifactUri);
}

test('a classifier is trained from labelled texts, measured, promoted by its measures, and used', async () => {
  const { id: dataSetId } = await create({
    name: 'reviews',
    format: 'CSV',
    task: 'CLASSIFICATION',
    content: csv,
  });
  const { data } = await subgraph.request<{ createEvaluationSuite: { id: string } }>(
    'mutation ($input: CreateEvaluationSuiteInput!) { createEvaluationSuite(input: $input) { ... on EvaluationSuite { id } } }',
    { input: { name: 'all-reviews', dataSetId, scoring: 'EXACT_MATCH' } },
  );
  const suites = [{ suiteId: data!.createEvaluationSuite.id, atLeast: 0.9 }];
  const input = {
    ...run,
    modelName: 'reviews',
    dataSetId,
    task: 'CLASSIFICATION',
    promoteTo: 'champion',
    suites,
  };
  const id = await startRun(subgraph, input);
  await untilRest(subgraph, id);
  const result = await shown(id);
  expect(result).toMatchObject({
    task: 'CLASSIFICATION',
    modelVersion: { id: 'reviews@1', task: 'CLASSIFICATION', labels: ['bad', 'good'], aliases: ['champion'] },
    evaluations: expect.arrayContaining([
      expect.objectContaining({
        suite: 'held-out',
        exampleCount: 5,
        accuracy: 1,
        macroF1: 1,
        exactMatch: null,
      }),
      expect.objectContaining({ suite: 'all-reviews@1', exampleCount: 24, score: 1 }),
    ]),
  });

  const folder = await folderOf(result.modelVersion);
  const model = await loadTextFolder(folder);
  const session = openTextRunner(model, { threads: 1 });
  const [logits] = await session.run([
    encodeWholeText(model.tokenizer, 'Zoe found it awful', { maxTokens: 64 }),
  ]);
  await session.release();
  expect(logits![0]).toBeGreaterThan(logits![1]!);
  await expect(loadModelFolder(folder)).rejects.toThrow('it generates no text');

  const again = await startRun(subgraph, { ...input, initialVersionId: 'reviews@1', suites: [] });
  await untilRest(subgraph, again);
  expect((await shown(again)).modelVersion).toMatchObject({ id: 'reviews@2', labels: ['bad', 'good'] });
  expect(await start({ ...run, modelName: 'talk', dataSetId, initialVersionId: 'reviews@1' })).toMatchObject({
    field: 'input.initialVersionId',
    message: expect.stringContaining('reviews@1 is of the task CLASSIFICATION'),
  });
});

test('vectors are trained from pairs, resume to the very same bits, and find partners they never saw', async () => {
  const { id: dataSetId } = await create({
    name: 'people',
    format: 'JSONL',
    task: 'EMBEDDING',
    content: pairs,
  });
  const hyperparameters = { ...run.hyperparameters, batchSize: 4, steps: 60 };
  const input = { ...run, hyperparameters, dataSetId, task: 'EMBEDDING' };
  const straight = await startRun(subgraph, { ...input, modelName: 'people' });
  await untilRest(subgraph, straight);
  const result = await shown(straight);
  expect(result.modelVersion).toMatchObject({ task: 'EMBEDDING', labels: [] });
  expect(result.evaluations[0]).toMatchObject({ suite: 'held-out', exampleCount: 2, accuracy: null });
  expect(result.evaluations[0]!['retrievalAccuracy']).toBeGreaterThanOrEqual(0.5);

  const killed = await startRun(subgraph, { ...input, modelName: 'people-again' });
  await untilEvent(subgraph, killed, ({ checkpoint }) => (checkpoint?.step ?? 0) >= 12);
  process.kill(subgraph.workerPids.at(-1)!, 'SIGKILL');
  await untilRest(subgraph, killed);
  expect((await runState(subgraph, killed)).status).toBe('COMPLETED');
  expect((await shown(killed)).modelVersion!.artifactUri).toBe(result.modelVersion!.artifactUri);
  await access(join(await folderOf(result.modelVersion), 'onnx', 'model.onnx'));
});

test('two processes teach a classifier the very bits that one with two parts a batch teaches it', async () => {
  const data = { name: 'reviews', format: 'CSV', task: 'CLASSIFICATION', content: csv };
  const { id: dataSetId } = await create(data);
  const versionOf = async (modelName: string, parts: object) => {
    const hyperparameters = { ...run.hyperparameters, steps: 8, ...parts };
    const id = await startRun(subgraph, {
      ...run,
      hyperparameters,
      modelName,
      dataSetId,
      task: 'CLASSIFICATION',
    });
    await untilRest(subgraph, id);
    const result = await shown(id);
    return result.modelVersion?.artifactUri ?? result.detail;
  };
  const alone = await versionOf('alone', { gradientAccumulationSteps: 2 });
  expect(alone).toMatch(/^artifact:/);
  expect(await versionOf('together', { dataParallelWorkers: 2 })).toBe(alone);
});

test('what a task cannot learn from is refused where it stands: by line, by column, by field', async () => {
  const labelled = { name: 'bad', format: 'JSONL', task: 'CLASSIFICATION' };
  const lines = ['{"text":"a","label":1}', '{"text":"b"}', '{"text":" ","label":"x"}', '[1]'].join('\n');
  expect((await create({ ...labelled, content: lines })).problems).toEqual([
    { line: 2, code: 'FIELD_INVALID', message: '`label` is missing or not a string' },
    { line: 3, code: 'FIELD_INVALID', message: '`text` is empty' },
    { line: 4, code: 'FIELD_INVALID', message: 'is not an object with `text` and `label`' },
  ]);
  const columns = { name: 'bad', format: 'CSV', task: 'EMBEDDING', content: 'anchor,negative\na,b' };
  expect((await create(columns)).problems).toEqual([
    {
      line: 1,
      code: 'COLUMNS_WRONG',
      message:
        'the header line needs the columns `anchor` and `positive`, or `text`, `other` and `score`; it has `anchor`, `negative`',
    },
  ]);
  expect(await create({ ...labelled, format: 'TEXT', content: 'a' })).toMatchObject({
    field: 'input.format',
  });

  const same = { ...labelled, content: '{"text":"a","label":1}\n{"text":"b","label":1}' };
  const { id: dataSetId } = await create(same);
  const id = await startRun(subgraph, { ...run, modelName: 'one', dataSetId, task: 'CLASSIFICATION' });
  await untilRest(subgraph, id);
  expect(await shown(id)).toMatchObject({
    failureCode: 'DATA_SET_INVALID',
    detail: expect.stringContaining('the data set has one label, "1"; a classifier needs 2 to 1,000'),
  });
  const samples = { prompts: ['a'] };
  expect(await start({ ...run, modelName: 'x', dataSetId, task: 'CLASSIFICATION', samples })).toMatchObject({
    field: 'input.samples',
  });
});

interface Measured {
  readonly status: string;
  readonly failureCode: string | null;
  readonly detail: string | null;
  readonly evaluation: Readonly<Record<string, unknown>> | null;
}

async function measuredOn(input: object): Promise<Measured> {
  const { evaluateModelVersion } = await ask<{ evaluateModelVersion: { id: string; message?: string } }>(
    `mutation ($input: EvaluateModelVersionInput!) { evaluateModelVersion(input: $input) {
       ... on EvaluationRun { id } ... on InvalidInput { message } } }`,
    { input },
  );
  if (evaluateModelVersion.message !== undefined) throw new Error(evaluateModelVersion.message);
  for (;;) {
    const { evaluationRun } = await ask<{ evaluationRun: Measured }>(
      `query ($id: ID!) { evaluationRun(id: $id) { status failureCode detail
         evaluation { suite exampleCount loss retrievalAccuracy spearman score } } }`,
      { id: evaluateModelVersion.id },
    );
    if (['COMPLETED', 'FAILED'].includes(evaluationRun.status)) return evaluationRun;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// A question and its own answer, a question and another's, a question and itself.
const grades = names.flatMap((name, at) => [
  { text: `Who is ${name}?`, other: `${name} is here.`, score: 4 },
  { text: `Who is ${name}?`, other: `${names[(at + 5) % names.length]} is here.`, score: 1 },
  { text: `Who is ${name}?`, other: `Who is ${name}?`, score: 5 },
]);

test('vectors are measured by how they rank pairs that people graded, when asked and as a suite that a promotion waits for', async () => {
  const { id: dataSetId } = await create({
    name: 'pairs',
    format: 'JSONL',
    task: 'EMBEDDING',
    content: pairs,
  });
  const graded = await create({
    name: 'graded',
    format: 'JSONL',
    task: 'EMBEDDING',
    content: grades.map((pair) => JSON.stringify(pair)).join('\n'),
  });
  const { createEvaluationSuite } = await ask<{ createEvaluationSuite: { id: string } }>(
    'mutation ($input: CreateEvaluationSuiteInput!) { createEvaluationSuite(input: $input) { ... on EvaluationSuite { id } } }',
    { input: { name: 'likeness', dataSetId: graded.id, scoring: 'SPEARMAN' } },
  );
  const suiteId = createEvaluationSuite.id;
  const hyperparameters = { ...run.hyperparameters, steps: 60 };
  const input = { ...run, hyperparameters, dataSetId, task: 'EMBEDDING', promoteTo: 'champion' };
  const good = await startRun(subgraph, {
    ...input,
    modelName: 'likeness',
    suites: [{ suiteId, atLeast: 0.5 }],
  });
  await untilRest(subgraph, good);
  const result = await shown(good);
  const suite = result.evaluations.find(({ suite }) => suite === 'likeness@1');
  expect(suite).toMatchObject({ exampleCount: 36, loss: null });
  expect(suite?.['score']).toBeGreaterThan(0.5);
  expect(result.modelVersion).toMatchObject({ id: 'likeness@1', aliases: ['champion'] });

  const asked = await measuredOn({ versionId: 'likeness@1', dataSetId: graded.id });
  expect(asked).toMatchObject({
    status: 'COMPLETED',
    evaluation: {
      suite: 'data set graded@1',
      exampleCount: 36,
      loss: null,
      retrievalAccuracy: null,
      score: null,
    },
  });
  expect(asked.evaluation?.['spearman']).toBeCloseTo(suite?.['score'] as number, 5);
  // The same pairs in another form are the same data set, by its content.
  const rows = grades.map(({ text, other, score }) => `${score},${other},${text}`);
  const again = await create({
    name: 'graded',
    format: 'CSV',
    task: 'EMBEDDING',
    content: ['score,other,text', ...rows].join('\n'),
  });
  expect(again.id).toBe(graded.id);
  const { modelVersion } = await ask<{
    modelVersion: { evaluations: readonly { spearman: number | null }[] };
  }>('query ($id: ID!) { modelVersion(id: $id) { evaluations { spearman } } }', { id: 'likeness@1' });
  expect(modelVersion.evaluations.map(({ spearman }) => spearman)).toContain(asked.evaluation?.['spearman']);

  const strict = await startRun(subgraph, {
    ...input,
    modelName: 'strict',
    suites: [{ suiteId, atLeast: 1 }],
  });
  await untilRest(subgraph, strict);
  expect((await shown(strict)).modelVersion).toMatchObject({ id: 'strict@1', aliases: [] });
});

test('graded pairs are held to their form, and are not learned from', async () => {
  const content = [
    '{"text":"a","other":"b","score":"high"}',
    '{"text":"a","other":"b"}',
    '{"text":"a","other":" ","score":1}',
    '{"text":"a","other":"b","score":3.5}',
  ].join('\n');
  const wrong = await create({ name: 'wrong', format: 'JSONL', task: 'EMBEDDING', content });
  expect(wrong.problems).toEqual([
    { line: 1, code: 'FIELD_INVALID', message: '`score` is missing or not a finite number' },
    { line: 2, code: 'FIELD_INVALID', message: '`score` is missing or not a finite number' },
    { line: 3, code: 'FIELD_INVALID', message: '`other` is empty' },
  ]);
  const graded = await create({
    name: 'graded-only',
    format: 'JSONL',
    task: 'EMBEDDING',
    content: grades.map((pair) => JSON.stringify(pair)).join('\n'),
  });
  const id = await startRun(subgraph, { ...run, modelName: 'x', dataSetId: graded.id, task: 'EMBEDDING' });
  await untilRest(subgraph, id);
  expect(await shown(id)).toMatchObject({
    failureCode: 'DATA_SET_INVALID',
    detail: expect.stringContaining('these are graded pairs'),
  });
  const mixed = await create({
    name: 'mixed',
    format: 'JSONL',
    task: 'EMBEDDING',
    content: '{"text":"a","other":"b","score":3.5}\n{"anchor":"a","positive":"b"}',
  });
  expect(await measuredOn({ versionId: 'likeness@1', dataSetId: mixed.id })).toMatchObject({
    status: 'FAILED',
    detail: expect.stringContaining('line 2 has no `score`, and other lines have one'),
  });
  expect(await measuredOn({ versionId: 'reviews@1', dataSetId: graded.id })).toMatchObject({
    status: 'FAILED',
    detail: expect.stringContaining('a classifier has none'),
  });
});
