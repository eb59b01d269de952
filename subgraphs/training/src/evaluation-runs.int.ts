import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createDataSet, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let dataSetId: string;

const yes = Array.from({ length: 40 }, (_, index) =>
  JSON.stringify({ prompt: `Say yes ${index}`, completion: 'Yes.' }),
).join('\n');

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  dataSetId = await createDataSet(subgraph, yes);
  const hyperparameters = { ...tinyRun.hyperparameters, steps: 60, learningRate: 0.02 };
  await untilRest(
    subgraph,
    await startRun(subgraph, { ...tinyRun, modelName: 'yes', dataSetId, hyperparameters }),
  );
});
afterAll(() => subgraph.close());

async function ask<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
  const { data, errors } = await subgraph.request<T>(query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

interface Shown {
  readonly __typename: string;
  readonly id: string;
  readonly field?: string;
  readonly message?: string;
  readonly status: string;
  readonly failureCode: string | null;
  readonly detail: string | null;
  readonly evaluation: Readonly<Record<string, unknown>> | null;
}

const evaluate = async (input: object): Promise<Shown> =>
  (
    await ask<{ evaluateModelVersion: Shown }>(
      `mutation ($input: EvaluateModelVersionInput!) { evaluateModelVersion(input: $input) { __typename
         ... on EvaluationRun { id status } ... on InvalidInput { field message } ... on NotFound { id message } } }`,
      { input },
    )
  ).evaluateModelVersion;

const shown = async (id: string): Promise<Shown> =>
  (
    await ask<{ evaluationRun: Shown }>(
      `query ($id: ID!) { evaluationRun(id: $id) { id status detail failureCode modelVersion { id } dataSet { id }
         evaluation { id suite score loss exactMatch exampleCount dataSet { id } evaluationSuite { name } modelVersion { id } } } }`,
      { id },
    )
  ).evaluationRun;

async function untilMeasured(id: string): Promise<Shown> {
  await vi.waitFor(async () => expect(['COMPLETED', 'FAILED']).toContain((await shown(id)).status), {
    timeout: 60_000,
    interval: 100,
  });
  return shown(id);
}

async function createSuite(scoring: string): Promise<string> {
  const { createEvaluationSuite } = await ask<{ createEvaluationSuite: { id: string } }>(
    `mutation ($input: CreateEvaluationSuiteInput!) { createEvaluationSuite(input: $input) { ... on EvaluationSuite { id } } }`,
    { input: { name: scoring.toLowerCase().replace('_', '-'), dataSetId, scoring } },
  );
  return createEvaluationSuite.id;
}

test('a registered version is measured on a suite or a data set that came after it, and a promotion rests on what was found', async () => {
  const suiteId = await createSuite('EXACT_MATCH');
  const bySuite = await untilMeasured((await evaluate({ versionId: 'yes@1', suiteId })).id);
  expect(bySuite).toMatchObject({
    status: 'COMPLETED',
    detail: 'measured on 40 examples',
    evaluation: {
      suite: 'exact-match@1',
      score: 1,
      loss: null,
      exampleCount: 40,
      modelVersion: { id: 'yes@1' },
    },
  });
  const byData = await untilMeasured((await evaluate({ versionId: 'yes@1', dataSetId })).id);
  expect(byData.evaluation).toMatchObject({
    suite: 'data set alphabet@1',
    score: null,
    loss: expect.closeTo(0, 1),
    exactMatch: 1,
    dataSet: { id: dataSetId },
    evaluationSuite: null,
  });

  const { modelVersion } = await ask<{
    modelVersion: { evaluations: { id: string }[]; evaluationRuns: object[] };
  }>('{ modelVersion(id: "yes@1") { evaluations { id suite } evaluationRuns { id status } } }', {});
  expect(modelVersion.evaluationRuns).toEqual([
    { id: byData.id, status: 'COMPLETED' },
    { id: bySuite.id, status: 'COMPLETED' },
  ]);
  expect(modelVersion.evaluations).toMatchObject([
    { suite: 'data set alphabet@1' },
    { suite: 'exact-match@1' },
    { suite: 'held-out' },
  ]);

  const move = `mutation ($input: MoveModelAliasInput!) { moveModelAlias(input: $input) {
    ... on AliasMove { evaluation { id } } ... on InvalidInput { field message } ... on NotFound { message } } }`;
  const input = { modelName: 'yes', alias: 'champion', versionId: 'yes@1', reason: 'all right' };
  const evaluationId = bySuite.evaluation!['id'];
  expect(await ask(move, { input: { ...input, evaluationId: 'none' } })).toMatchObject({
    moveModelAlias: { message: expect.stringContaining('none') },
  });
  expect(await ask(move, { input: { ...input, evaluationId } })).toEqual({
    moveModelAlias: { evaluation: { id: evaluationId } },
  });
});

test('what was asked for and what was found cannot be rewritten, whoever connects to the database', async () => {
  const { database } = subgraph.parts;
  const evaluation = await database.maybeOne<{ id: string }>(
    'select id from evaluation_run where finished_at is not null limit 1',
  );
  for (const change of [
    "update evaluation_run set version_id = 'yes@2' where id = $1",
    "update evaluation_run set status = 'FAILED' where id = $1",
    'delete from evaluation_run where id = $1',
  ])
    await expect(database.query(change, [evaluation!.id])).rejects.toThrow(
      /never rewritten|append|kept|refuse/i,
    );
});

test('a measurement whose worker is lost is done again, and one that cannot be done says why', async () => {
  const id = `evaluation-run_lost`;
  // As an instance leaves it that died on the way: its lease is over.
  await subgraph.parts.database.query(
    `insert into evaluation_run (id, tenant, version_id, data_set_id, status, started_by, attempt, lease_owner, lease_until)
     values ($1, 'test', 'yes@1', $2, 'RUNNING', 'tester', 1, 'somebody who died', clock_timestamp())`,
    [id, dataSetId],
  );
  expect(await untilMeasured(id)).toMatchObject({ status: 'COMPLETED', evaluation: { exampleCount: 40 } });

  const passages = await ask<{ createDataSet: { id: string } }>(
    'mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) { ... on DataSet { id } } }',
    {
      input: {
        name: 'long',
        format: 'JSONL',
        content: [1, 2]
          .map((n) => JSON.stringify({ prompt: `${n} word `.repeat(300), completion: 'a' }))
          .join('\n'),
      },
    },
  );
  const tooLong = await evaluate({ versionId: 'yes@1', dataSetId: passages.createDataSet.id });
  expect(await untilMeasured(tooLong.id)).toMatchObject({
    status: 'FAILED',
    failureCode: 'DATA_SET_INVALID',
    detail: expect.stringContaining('the sequence length is 64'),
    evaluation: null,
  });
});

test('a measurement of nothing, of two things or on what is not there is refused by name', async () => {
  expect(await evaluate({ versionId: 'yes@1' })).toMatchObject({ field: 'input.suiteId' });
  expect(await evaluate({ versionId: 'yes@9', dataSetId })).toMatchObject({
    __typename: 'NotFound',
    id: 'yes@9',
  });
  expect(await evaluate({ versionId: 'yes@1', suiteId: 'suite_none' })).toMatchObject({
    __typename: 'NotFound',
    id: 'suite_none',
  });
});
