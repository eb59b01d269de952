/** Data sets removed with their examples, against a subgraph of fine-tuning's own SDL. */
import { createDeferred } from '@fathom/platform/deferred';
import { loadTypeDefs } from '@fathom/platform/repository';
import { testIdentity } from '@fathom/platform/testing/identity';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startRun, tinyRun } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let fineTuning: TestSubgraph;
let subgraph: TrainingSubgraph;
/** What fine-tuning says. */
let jobs: readonly object[] = [];

beforeAll(async () => {
  const identity = await testIdentity();
  fineTuning = await startTestSubgraph({
    service: 'fine-tuning',
    identity,
    typeDefs: loadTypeDefs('fine-tuning'),
    resolvers: {
      Query: {
        fineTuningJobs: () => ({
          edges: jobs.map((node) => ({ node, cursor: 'c' })),
          pageInfo: { hasNextPage: false, endCursor: 'c' },
        }),
      },
    } as never,
  });
  subgraph = await startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    identity,
    env: {
      INFERENCE_URL: fineTuning.url,
      FINE_TUNING_URL: fineTuning.url,
      IDENTITY_PRIVATE_JWK: identity.privateJwk,
      // What is queued stays so.
      TRAINING_CONCURRENCY: 0,
    },
  });
});
beforeEach(() => {
  jobs = [];
});
afterAll(async () => {
  await subgraph.close();
  await fineTuning.close();
});

const line = (word: string): string => JSON.stringify({ prompt: `Say ${word}.`, completion: `${word}.` });

async function store(name: string, words: readonly string[] = [name, `${name}s`]): Promise<string> {
  const { data } = await subgraph.request<{ createDataSet: { id: string } }>(
    'mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) { ... on DataSet { id } } }',
    { input: { name, format: 'JSONL', content: words.map(line).join('\n') } },
  );
  return data!.createDataSet.id;
}

async function remove(dataSetId: string, { reason = 'no longer needed', who = {} } = {}) {
  const { data, errors } = await subgraph.request<{ removed: Record<string, unknown> }>(
    `mutation ($input: RemoveDataSetInput!) { removed: removeDataSet(input: $input) { __typename
       ... on DataSet { id sizeBytes exampleCount sample { prompt } removal { removedBy reason removedAt } }
       ... on DataSetInUse { message references { kind id } } ... on InvalidInput { field message } ... on NotFound { id } } }`,
    { input: { dataSetId, reason } },
    who,
  );
  return data?.removed ?? { code: errors?.[0]?.extensions?.['code'] };
}

const rowOf = (id: string) =>
  subgraph.parts.database.one<{ artifact_uri: string | null }>('select * from data_set where id = $1', [id]);
const isStored = (uri: string | null) =>
  subgraph.parts.artifacts.fetch(uri ?? '').then(
    () => true,
    (error: { code?: string }) => (error.code === 'NOT_FOUND' ? false : Promise.reject(error)),
  );
async function listed(): Promise<readonly string[]> {
  const { data } = await subgraph.request<{ dataSets: { edges: { node: { id: string } }[] } }>(
    '{ dataSets(first: 100) { edges { node { id } } } }',
  );
  return data!.dataSets.edges.map(({ node }) => node.id);
}

test('a data set that nothing needs loses its examples, and its record says who removed them, when and why', async () => {
  const announced = createDeferred<unknown>();
  const subscription = await subgraph.parts.broker.subscribe({
    topics: ['data-set.removed'],
    group: 'test',
    handle: async ({ payload }) => announced.resolve(payload),
  });
  const id = await store('spare');
  const { artifact_uri: uri } = await rowOf(id);
  const removed = await remove(id, { reason: '  has names in it ' });
  expect(removed).toMatchObject({
    __typename: 'DataSet',
    id,
    sizeBytes: null,
    exampleCount: 2,
    sample: [],
    removal: { removedBy: 'tester', reason: 'has names in it', removedAt: expect.any(String) },
  });
  expect(await isStored(uri)).toBe(false);
  expect(await listed()).not.toContain(id);
  const found = '{ found: dataSet(id: "ID") { removal { reason } } }'.replace('ID', id);
  expect((await subgraph.request(found)).data).toEqual({ found: { removal: { reason: 'has names in it' } } });
  // Asked again, it answers the same, and completes what was cut off.
  expect(await remove(id, { reason: 'another' })).toEqual(removed);
  expect(await announced.promise).toMatchObject({ dataSetId: id, name: 'spare', removedBy: 'tester' });
  await subscription.close();
  for (const rewrite of [
    "update data_set_removal set reason = 'none'",
    'delete from data_set_removal',
    'truncate data_set_removal',
  ])
    await expect(subgraph.parts.database.query(rewrite)).rejects.toThrow(/append-only/);
});

test('what needs its examples keeps them, and is named; a job and a run that have ended do not', async () => {
  const id = await store('held');
  const runId = await startRun(subgraph, { ...tinyRun, modelName: 'held', dataSetId: id });
  const { data } = await subgraph.request<{ suite: { id: string } }>(
    'mutation ($input: CreateEvaluationSuiteInput!) { suite: createEvaluationSuite(input: $input) { ... on EvaluationSuite { id } } }',
    { input: { name: 'held', dataSetId: await store('measured'), scoring: 'EXACT_MATCH' } },
  );
  jobs = [
    { id: 'job_1', status: 'TRAINING', baseVersion: { id: 'a@1' }, dataSet: { id } },
    { id: 'job_2', status: 'COMPLETED', baseVersion: { id: 'a@1' }, dataSet: { id } },
    { id: 'job_3', status: 'TRAINING', baseVersion: { id: 'a@1' }, dataSet: null },
  ];
  expect(await remove(id)).toEqual({
    __typename: 'DataSetInUse',
    message: `${id} is in use: training run ${runId}, fine tuning job job_1. End what needs its examples first.`,
    references: [
      { kind: 'TRAINING_RUN', id: runId },
      { kind: 'FINE_TUNING_JOB', id: 'job_1' },
    ],
  });
  expect(await remove(await store('measured'))).toMatchObject({
    references: [{ kind: 'EVALUATION_SUITE', id: data!.suite.id }],
  });
  expect(await isStored((await rowOf(id)).artifact_uri)).toBe(true);

  jobs = [];
  await subgraph.request('mutation ($id: ID!) { cancelTrainingRun(id: $id) { __typename } }', { id: runId });
  expect(await remove(id)).toMatchObject({ __typename: 'DataSet' });
  const run = await subgraph.request(
    '{ trainingRun(id: "ID") { dataSet { id name removal { removedBy } } } }'.replace('ID', runId),
  );
  expect(run.data).toEqual({
    trainingRun: { dataSet: { id, name: 'held', removal: { removedBy: 'tester' } } },
  });
});

test('what was removed is refused by name wherever its examples would be read', async () => {
  const id = await store('gone');
  await remove(id);
  const start = await subgraph.request<{ result: { field: string } }>(
    `mutation ($input: StartTrainingRunInput!) { result: startTrainingRun(input: $input) { ... on InvalidInput { field } } }`,
    { input: { ...tinyRun, modelName: 'heir', dataSetId: id } },
  );
  expect(start.data?.result).toEqual({ field: 'input.dataSetId' });
  const read = await subgraph.request(
    '{ dataSet(id: "ID") { examples { edges { cursor } } } }'.replace('ID', id),
  );
  expect(read.errors?.[0]?.extensions?.['code']).toBe('DATA_SET_CONTENT_MISSING');
});

test('the same examples stored again are a data set of its own, which can be removed as well', async () => {
  const first = await store('again');
  await remove(first);
  const second = await store('again');
  expect(second).not.toBe(first);
  expect(await store('again')).toBe(second);
  expect(await listed()).toContain(second);
  const { artifact_uri: uri } = await rowOf(second);
  expect(await isStored(uri)).toBe(true);
  await remove(second);
  expect(await isStored(uri)).toBe(false);
  expect(new Set([first, second, await store('again')]).size).toBe(3);
});

test('examples that another name has as well stay for it', async () => {
  const [first, second] = [await store('twin-a', ['x', 'y']), await store('twin-b', ['x', 'y'])];
  const { artifact_uri: uri } = await rowOf(first);
  await remove(first);
  expect(await isStored(uri)).toBe(true);
  await remove(second);
  expect(await isStored(uri)).toBe(false);
});

test("another tenant's data set is not there, nor is it removed without the scope or a reason", async () => {
  const id = await store('private');
  expect(await remove(id, { who: { tenant: 'other' } })).toMatchObject({ __typename: 'NotFound', id });
  expect(await remove(id, { who: { scopes: ['training:read'] } })).toEqual({ code: 'FORBIDDEN' });
  expect(await remove(id, { reason: ' ' })).toMatchObject({ field: 'input.reason' });
  expect(await isStored((await rowOf(id)).artifact_uri)).toBe(true);
});

test('nothing is removed while fine-tuning cannot be asked', async () => {
  const id = await store('unasked');
  jobs = [{ id: 'a job that fits no schema' }];
  expect(await remove(id)).toMatchObject({ code: expect.any(String) });
  expect(await isStored((await rowOf(id)).artifact_uri)).toBe(true);
});
