/** Versions removed with their files, against subgraphs of inference's and fine-tuning's own SDL. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTypeDefs } from '@fathom/platform/repository';
import type { RequestContext } from '@fathom/platform/server/request-context';
import { requireScope } from '@fathom/platform/server/scopes';
import { type TestIdentity, testIdentity } from '@fathom/platform/testing/identity';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensureModel, registerVersion } from './stores/registry.ts';
import { createDataSet, startRun, tinyRun } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let identity: TestIdentity;
let inference: TestSubgraph;
let fineTuning: TestSubgraph;
let subgraph: TrainingSubgraph;
let dataSetId: string;
/** What the other services say. */
let deployments: readonly object[] = [];
let trafficSplits: readonly object[] = [];
let jobs: readonly object[] = [];

beforeAll(async () => {
  identity = await testIdentity();
  const peer = (service: string, Query: Record<string, unknown>) =>
    startTestSubgraph({
      service,
      identity,
      typeDefs: loadTypeDefs(service),
      resolvers: { Query } as never,
    });
  inference = await peer('inference', {
    deployments: (_: unknown, __: unknown, { identity: who }: RequestContext) => {
      requireScope(who, 'inference:read');
      return deployments;
    },
    trafficSplits: () => trafficSplits,
  });
  fineTuning = await peer('fine-tuning', {
    // Two pages, to be asked for one after the other.
    fineTuningJobs: (_: unknown, { after }: { readonly after: string | null }) => ({
      edges: (after === null ? [] : jobs).map((node) => ({ node, cursor: 'c' })),
      pageInfo: { hasNextPage: after === null, endCursor: 'c' },
    }),
  });
  subgraph = await startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    identity,
    env: {
      INFERENCE_URL: inference.url,
      FINE_TUNING_URL: fineTuning.url,
      IDENTITY_PRIVATE_JWK: identity.privateJwk,
      // What is queued stays so.
      TRAINING_CONCURRENCY: 0,
    },
  });
  dataSetId = await createDataSet(subgraph);
});
beforeEach(() => {
  [deployments, trafficSplits, jobs] = [[], [], []];
});
afterAll(async () => {
  await subgraph.close();
  await Promise.all([inference.close(), fineTuning.close()]);
});

async function register(
  modelName: string,
  { content = modelName, parentId = null as string | null, tenant = 'test' } = {},
) {
  const folder = await mkdtemp(join(subgraph.parts.env.FATHOM_DATA_DIR, 'model-'));
  await writeFile(join(folder, 'config.json'), content);
  const { uri, sizeBytes } = await subgraph.parts.artifacts.put(folder);
  return subgraph.parts.database.transaction(async (tx) => {
    await ensureModel(tx, modelName, tenant);
    return registerVersion(tx, {
      modelName,
      kind: 'FULL',
      parentId,
      trainingRunId: null,
      fineTuningJobId: null,
      parameterCount: 1,
      config: '{}',
      artifactUri: uri,
      sizeBytes,
    });
  });
}

async function remove(versionId: string, { reason = 'never served', who = {} } = {}) {
  const { data, errors } = await subgraph.request<{ removed: Record<string, unknown> }>(
    `mutation ($input: RemoveModelVersionInput!) { removed: removeModelVersion(input: $input) { __typename
       ... on ModelVersion { id removal { removedBy reason removedAt } evaluations { id } }
       ... on ModelVersionInUse { message references { kind id } } ... on InvalidInput { field message } ... on NotFound { id } } }`,
    { input: { versionId, reason } },
    who,
  );
  return data?.removed ?? { code: errors?.[0]?.extensions?.['code'] };
}

const rowOf = (id: string) => subgraph.parts.database.one('select * from model_version where id = $1', [id]);
const isStored = (uri: string) =>
  subgraph.parts.artifacts.fetch(uri).then(
    () => true,
    (error: { code?: string }) => (error.code === 'NOT_FOUND' ? false : Promise.reject(error)),
  );

test('a version to which nothing refers is removed with its files, and its record stays with who, when and why', async () => {
  const { id, artifactUri } = await register('spare');
  const before = await rowOf(id);
  const removed = await remove(id, { reason: '  superseded ' });
  const removal = { removedBy: 'tester', reason: 'superseded', removedAt: expect.any(String) };
  expect(removed).toMatchObject({ __typename: 'ModelVersion', id, removal });
  expect(await isStored(artifactUri)).toBe(false);
  expect(await rowOf(id)).toEqual(before);
  // Asked again, it answers the same, and completes what was cut off.
  expect(await remove(id, { reason: 'another' })).toEqual(removed);
  const { database } = subgraph.parts;
  for (const rewrite of [
    "update model_version_removal set reason = 'none'",
    'delete from model_version_removal',
    'truncate model_version_removal',
  ])
    await expect(database.query(rewrite)).rejects.toThrow(/append-only/);
});

test('what was removed is refused by name wherever it would be used, and its number is not given again', async () => {
  const { id, artifactUri } = await register('gone');
  await remove(id);
  const because = /gone@1 was removed by tester at .*: never served/;
  const ask = async (mutation: string, input: object) => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const { data } = await subgraph.request<{ result: object }>(
      `mutation ($input: ${type}!) { result: ${mutation}(input: $input) { __typename ... on InvalidInput { field message } } }`,
      { input },
    );
    return data?.result;
  };
  const refusedAt = (field: string) => ({
    __typename: 'InvalidInput',
    field,
    message: expect.stringMatching(because),
  });
  const run = { modelName: 'heir', dataSetId, initialVersionId: id };
  expect(await ask('startTrainingRun', run)).toEqual(refusedAt('input.initialVersionId'));
  expect(await ask('evaluateModelVersion', { versionId: id, dataSetId })).toEqual(
    refusedAt('input.versionId'),
  );
  const move = { modelName: 'gone', alias: 'champion', versionId: id, reason: 'back' };
  expect(await ask('moveModelAlias', move)).toEqual(refusedAt('input.versionId'));
  const again = await register('gone');
  expect(again).toMatchObject({ id: 'gone@2', artifactUri });
  expect(await isStored(artifactUri)).toBe(true);
});

test('an alias is not rolled back to a version that was removed', async () => {
  await register('turned');
  await register('turned', { content: 'second' });
  const move = (versionId: string) =>
    subgraph.request(
      'mutation ($input: MoveModelAliasInput!) { moveModelAlias(input: $input) { __typename } }',
      { input: { modelName: 'turned', alias: 'champion', versionId, reason: 'test' } },
    );
  await move('turned@1');
  await move('turned@2');
  expect(await remove('turned@1')).toMatchObject({ __typename: 'ModelVersion' });
  const { data } = await subgraph.request(
    `mutation { rollBackModelAlias(input: { modelName: "turned", alias: "champion", reason: "back" }) {
       ... on WrongState { state message } } }`,
  );
  expect(data).toEqual({
    rollBackModelAlias: {
      state: 'turned@2',
      message: expect.stringMatching(/turned@1 was removed by tester/),
    },
  });
  // The audit still says what was in production.
  const audit =
    '{ modelAlias(model: "turned", alias: "champion") { moves { to { id removal { reason } } } } }';
  expect((await subgraph.request(audit)).data).toEqual({
    modelAlias: {
      moves: [
        { to: { id: 'turned@2', removal: null } },
        { to: { id: 'turned@1', removal: { reason: 'never served' } } },
      ],
    },
  });
});

test('whatever refers to a version keeps it, and is named', async () => {
  const { id, artifactUri } = await register('held');
  const child = await register('child', { parentId: id });
  await subgraph.request(
    `mutation { moveModelAlias(input: { modelName: "held", alias: "champion", versionId: "held@1", reason: "test" }) { __typename } }`,
  );
  const { architecture: _, ...continued } = tinyRun;
  const runId = await startRun(subgraph, {
    ...continued,
    modelName: 'held',
    dataSetId,
    initialVersionId: id,
  });
  const { data } = await subgraph.request<{ evaluateModelVersion: { id: string } }>(
    'mutation ($input: EvaluateModelVersionInput!) { evaluateModelVersion(input: $input) { ... on EvaluationRun { id } } }',
    { input: { versionId: id, dataSetId } },
  );
  const of = (versionId: string) => ({ modelVersion: { id: versionId } });
  deployments = [
    { id: 'deployment-held@1', status: 'READY', aliases: ['champion'], ...of(id) },
    { id: 'deployment-child@1', status: 'LOADING', aliases: [], ...of(child.id) },
  ];
  trafficSplits = [
    { modelName: 'other', alias: 'champion', canary: of(id), shadow: null },
    { modelName: 'third', alias: 'champion', canary: null, shadow: of(child.id) },
  ];
  jobs = [
    { id: 'job_1', status: 'TRAINING', baseVersion: { id } },
    { id: 'job_2', status: 'COMPLETED', baseVersion: { id } },
  ];
  const references = [
    { kind: 'ALIAS', id: 'held/champion' },
    { kind: 'CHILD_VERSION', id: 'child@1' },
    { kind: 'EVALUATION_RUN', id: data!.evaluateModelVersion.id },
    { kind: 'TRAINING_RUN', id: runId },
    { kind: 'DEPLOYMENT', id: 'deployment-held@1' },
    { kind: 'TRAFFIC_SPLIT', id: 'other/champion' },
    { kind: 'FINE_TUNING_JOB', id: 'job_1' },
  ];
  expect(await remove(id)).toEqual({
    __typename: 'ModelVersionInUse',
    message: `held@1 is in use: alias held/champion, child version child@1, evaluation run ${data!.evaluateModelVersion.id}, training run ${runId}, deployment deployment-held@1, traffic split other/champion, fine tuning job job_1. Move or end what refers to it first.`,
    references,
  });
  expect(await isStored(artifactUri)).toBe(true);
});

test('a version whose only child was removed, and that answers nobody, can go', async () => {
  const parent = await register('line');
  const child = await register('line', { content: 'child', parentId: parent.id });
  expect(await remove(parent.id)).toMatchObject({ references: [{ kind: 'CHILD_VERSION', id: child.id }] });
  await remove(child.id);
  deployments = [{ id: 'd', status: 'READY', aliases: [], modelVersion: { id: parent.id } }];
  expect(await remove(parent.id)).toMatchObject({ __typename: 'ModelVersion' });
});

test('files that another version has as well stay for it', async () => {
  const first = await register('twin-a', { content: 'equal' });
  const second = await register('twin-b', { content: 'equal' });
  expect(second.artifactUri).toBe(first.artifactUri);
  await remove(first.id);
  expect(await isStored(first.artifactUri)).toBe(true);
  await remove(second.id);
  expect(await isStored(first.artifactUri)).toBe(false);
});

test("another tenant's version is not there, and what ships with the platform is an administrator's", async () => {
  const own = await register('private');
  expect(await remove(own.id, { who: { tenant: 'rival' } })).toEqual({ __typename: 'NotFound', id: own.id });
  const shipped = await register('shipped', { tenant: 'platform' });
  expect(await remove(shipped.id, { who: { scopes: ['training:write', 'training:read'] } })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.versionId',
  });
  expect(await remove(own.id, { reason: ' ' })).toMatchObject({ field: 'input.reason' });
});

test('where a service cannot say what it uses, nothing is removed', async () => {
  const { id, artifactUri } = await register('unsure');
  await inference.close();
  expect(await remove(id)).toEqual({ code: 'DEPENDENCY_UNAVAILABLE' });
  expect(await isStored(artifactUri)).toBe(true);
  expect(
    await subgraph.parts.database.query('select from model_version_removal where version_id = $1', [id]),
  ).toEqual([]);
});
