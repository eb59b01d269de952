/** This service with training beside it, as in the product: they share a broker and artifacts, and nothing else. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAdapter } from '@fathom/neural/lora/adapter-folder';
import { writeOverflowingModel } from '@fathom/neural/testing/overflowing-model';
import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import { countQueries } from '@fathom/platform/testing/count-queries';
import { type TestIdentity, testIdentity } from '@fathom/platform/testing/identity';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { type ServiceProcess, startServiceProcess } from '@fathom/platform/testing/service-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLoaders } from './loaders.ts';
import { rememberVersion } from './stores/known.ts';
import { type FineTuningSubgraph, startFineTuningSubgraph } from './testing/fine-tuning-subgraph.ts';
import { follow, jobState, start, trainBase, untilRest, upperCaseExamples } from './testing/operations.ts';

const testDatabase = useTestDatabase();
let identity: TestIdentity;
let dataDir: string;
let training: ServiceProcess;
let subgraph: FineTuningSubgraph;
let base: { readonly versionId: string; readonly dataSetId: string };

beforeAll(async () => {
  identity = await testIdentity();
  dataDir = await mkdtemp(join(tmpdir(), 'fathom-fine-tuning-'));
  const options = { databaseUrl: testDatabase.url, dataDir, identity };
  training = await startServiceProcess({
    ...options,
    service: 'training',
    env: { TRAINING_THREADS: '1', TRAINING_NICENESS: '0', SHIPPED_MODEL_DIR: join(dataDir, 'none') },
  });
  subgraph = await startFineTuningSubgraph(options);
  base = await trainBase(training, 'letters');
  await untilKnown('known_version', base.versionId);
  await untilKnown('known_data_set', base.dataSetId);
});
afterAll(async () => {
  await training.stop();
  await subgraph.close();
  await rm(dataDir, { recursive: true, force: true });
});

const job = (more: object = {}) => ({
  baseVersionId: base.versionId,
  modelName: 'large-letters',
  examples: upperCaseExamples,
  rank: 4,
  steps: 60,
  batchSize: 2,
  ...more,
});

test('a job makes an adapter of the base, which the registry takes and which answers better than the base did', async () => {
  const { id } = await start(subgraph, job());
  const events = await untilRest(subgraph, id!);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(events.flatMap(({ status }) => (status ? [status] : []))).toEqual([
    'QUEUED',
    'PREPARING',
    'TRAINING',
    'EVALUATING',
    'REGISTERING',
    'COMPLETED',
  ]);
  const state = await jobState(subgraph, id!);
  expect(state).toMatchObject({
    status: 'COMPLETED',
    step: 60,
    exampleCount: 26,
    modelVersion: { id: 'large-letters@1' },
  });
  expect(state.finalHeldOutLoss!).toBeLessThan(state.initialHeldOutLoss!);

  type Version = { artifactUri: string; parameterCount: number };
  const { data } = await training.request<{ modelVersion: Version }>(
    `{ modelVersion(id: "large-letters@1") { kind parent { id } parameterCount artifactUri evaluations { suite loss } } }`,
  );
  expect(data?.modelVersion).toMatchObject({
    kind: 'ADAPTER',
    parent: { id: base.versionId },
    parameterCount: state.parameterCount,
    evaluations: [{ suite: 'held-out', loss: state.finalHeldOutLoss }],
  });
  const folder = await subgraph.parts.artifacts.fetch(data!.modelVersion.artifactUri);
  expect((await readdir(folder)).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  expect(await readAdapter(folder)).toMatchObject({ rank: 4, alpha: 16 });
});

test('a worker that is killed resumes to the very adapter of a job that was not', async () => {
  const uninterrupted = await start(subgraph, job({ modelName: 'whole', steps: 600 }));
  await untilRest(subgraph, uninterrupted.id!);
  const interrupted = await start(subgraph, job({ modelName: 'killed', steps: 600 }));
  for await (const { point } of follow(subgraph, interrupted.id!)) if ((point?.step ?? 0) > 30) break;
  process.kill(subgraph.workerPids.at(-1)!, 'SIGKILL');
  const events = await untilRest(subgraph, interrupted.id!);
  expect(events.map(({ detail }) => detail ?? '').join('\n')).toMatch(
    /worker was lost .* it goes on from step \d+/,
  );
  expect(await artifactOf('killed@1')).toBe(await artifactOf('whole@1'));
});

test('a cancelled job registers nothing, and a job that is over cannot be cancelled', async () => {
  const { id } = await start(subgraph, job({ modelName: 'never', steps: 20_000 }));
  for await (const { point } of follow(subgraph, id!)) if (point) break;
  const cancel = `mutation ($id: ID!) { cancelFineTuningJob(id: $id) {
    __typename ... on FineTuningJob { status modelVersion { id } } ... on WrongState { state } } }`;
  expect((await subgraph.request(cancel, { id })).data).toEqual({
    cancelFineTuningJob: { __typename: 'FineTuningJob', status: 'CANCELLED', modelVersion: null },
  });
  expect((await subgraph.request(cancel, { id })).data).toEqual({
    cancelFineTuningJob: { __typename: 'WrongState', state: 'CANCELLED' },
  });
});

test('a job trains on a data set that training stored, and refuses what it cannot start from', async () => {
  const { examples: _, ...fromDataSet } = job({ modelName: 'from-set', dataSetId: base.dataSetId, steps: 2 });
  const { id } = await start(subgraph, fromDataSet);
  await untilRest(subgraph, id!);
  expect(await jobState(subgraph, id!)).toMatchObject({ status: 'COMPLETED', exampleCount: 26 });

  expect(await start(subgraph, job({ baseVersionId: 'nothing@1' }))).toMatchObject({
    __typename: 'NotFound',
    id: 'nothing@1',
  });
  expect(await start(subgraph, job({ baseVersionId: 'from-set@1' }))).toMatchObject({
    field: 'input.baseVersionId',
  });
  expect(await start(subgraph, job({ examples: [] }))).toMatchObject({ field: 'input.examples' });
  expect(await start(subgraph, job({ rank: 65 }))).toMatchObject({ field: 'input.rank' });
  expect(await start(subgraph, job(), { tenant: 'rival' })).toMatchObject({
    __typename: 'NotFound',
    id: base.versionId,
  });
});

test('a loss that is not finite fails the job by name', async () => {
  const sound = await subgraph.parts.artifacts.fetch(await artifactOf(base.versionId));
  const { uri } = await subgraph.parts.artifacts.put(await writeOverflowingModel(sound, dataDir));
  await rememberVersion(subgraph.parts.database, {
    id: 'overflowing@1',
    tenant: 'test',
    modelName: 'overflowing',
    kind: 'FULL',
    artifactUri: uri,
    fineTuningJobId: null,
  });
  const { id } = await start(subgraph, job({ modelName: 'burst', baseVersionId: 'overflowing@1' }));
  await untilRest(subgraph, id!);
  const state = await jobState(subgraph, id!);
  expect(state).toMatchObject({ status: 'FAILED', failureCode: 'LOSS_NOT_FINITE', modelVersion: null });
  expect(state.detail).toMatch(/step \d+: loss/);
});

test('a name that the registry gave to somebody else fails the job in the end, with the reason', async () => {
  await reserveName('taken', 'rival');
  const { id } = await start(subgraph, job({ modelName: 'taken', steps: 2 }));
  await untilRest(subgraph, id!);
  expect(await jobState(subgraph, id!)).toMatchObject({
    status: 'FAILED',
    failureCode: 'REGISTRATION_REFUSED',
  });
});

test('the jobs of fifty versions cost two statements', async () => {
  const { id } = await start(subgraph, job({ modelName: 'batched', steps: 1 }));
  await untilRest(subgraph, id!);
  await subgraph.parts.database.transaction(async (tx) => {
    for (let number = 1; number < 50; number += 1) {
      await rememberVersion(tx, {
        id: `plain@${number}`,
        tenant: 'test',
        modelName: 'plain',
        kind: 'FULL',
        artifactUri: '',
        fineTuningJobId: null,
      });
    }
  });
  const ids = ['batched@1', ...Array.from({ length: 49 }, (_, index) => `plain@${index + 1}`)];
  const counted = countQueries(subgraph.parts.database);
  const loaders = createLoaders(counted.database, 'test');
  const versions = await Promise.all(ids.map((version) => loaders.version.load(version)));
  await Promise.all(
    versions.map((version) => version?.fineTuningJobId && loaders.job.load(version.fineTuningJobId)),
  );
  expect(counted.count()).toBe(2);

  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on ModelVersion { id fineTuningJob { id } } } }`;
  const representations = ids.slice(0, 2).map((version) => ({ __typename: 'ModelVersion', id: version }));
  expect((await subgraph.request(query, { representations })).data).toEqual({
    _entities: [
      { id: 'batched@1', fineTuningJob: { id } },
      { id: 'plain@1', fineTuningJob: null },
    ],
  });
});

test.each([
  ['FineTuningJob', 'status', [null]],
  ['ModelVersion', 'fineTuningJob { id }', [{ fineTuningJob: null }]],
])(
  'a job reached through a %s of another service needs fine-tuning:read as well',
  async (type, selection, seen) => {
    const { data, errors } = await subgraph.request(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
      { of: [{ __typename: type, id: 'any' }] },
      { scopes: ['training:read'] },
    );
    expect(data).toEqual({ _entities: seen });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', requiredScope: 'fine-tuning:read' });
  },
);

async function artifactOf(versionId: string): Promise<string> {
  const { data } = await training.request<{ modelVersion: { artifactUri: string } }>(
    'query ($id: ID!) { modelVersion(id: $id) { artifactUri } }',
    { id: versionId },
  );
  return data!.modelVersion.artifactUri;
}

/** The name is in use, but has no version yet that this service could have heard of. */
async function reserveName(name: string, tenant: string): Promise<void> {
  const database = await testDatabase.open({ schema: 'training' });
  await database.query('insert into model (name, tenant) values ($1, $2)', [name, tenant]);
}

/** Events arrive when they arrive; the tests need what training announced. */
async function untilKnown(table: 'known_version' | 'known_data_set', id: string): Promise<void> {
  const { database } = subgraph.parts;
  while (!(await database.maybeOne(`select 1 from ${table} where id = $1`, [id])))
    await new Promise(setImmediate);
}

test.each([
  ['after', ['data-set.created', 'data-set.removed']],
  ['before', ['data-set.removed', 'data-set.created']],
])('a data set whose removal is heard of %s its creation is refused by name', async (when, topics) => {
  const { broker, database } = subgraph.parts;
  const dataSetId = `dataset_removed_${when}`;
  const payload = { dataSetId, tenant: 'test', artifactUri: 'file:///examples', exampleCount: 2 };
  for (const topic of topics) {
    const id = uuidV7();
    await broker.publish([{ id, topic, key: dataSetId, payload }]);
    await untilHandled(id);
  }
  expect(await database.query('select artifact_uri from known_data_set where id = $1', [dataSetId])).toEqual([
    { artifact_uri: null },
  ]);
  const { examples: _, ...fromDataSet } = job({ modelName: 'from-removed', dataSetId, steps: 2 });
  expect(await start(subgraph, fromDataSet)).toMatchObject({ field: 'input.dataSetId' });
});

test.each([
  ['after', ['model-version.registered', 'model-version.removed']],
  ['before', ['model-version.removed', 'model-version.registered']],
])(
  'a version whose removal is heard of %s its registration is nothing to start from, and stays what its job made',
  async (when, topics) => {
    const { broker, database } = subgraph.parts;
    const versionId = `removed-${when}@1`;
    const payload = {
      versionId,
      tenant: 'test',
      modelName: `removed-${when}`,
      kind: 'ADAPTER',
      artifactUri: 'file:///adapter',
      fineTuningJobId: 'job_of_before',
    };
    for (const topic of topics) {
      const id = uuidV7();
      await broker.publish([{ id, topic, key: versionId, payload }]);
      await untilHandled(id);
    }
    expect(
      await database.query(
        'select kind, removed, artifact_uri, fine_tuning_job_id from known_version where id = $1',
        [versionId],
      ),
    ).toEqual([
      {
        kind: 'ADAPTER',
        removed: true,
        artifact_uri: 'file:///adapter',
        fine_tuning_job_id: 'job_of_before',
      },
    ]);
    expect(await start(subgraph, job({ baseVersionId: versionId }))).toMatchObject({
      __typename: 'NotFound',
      id: versionId,
    });
  },
);

async function untilHandled(messageId: string): Promise<void> {
  const { database } = subgraph.parts;
  while (!(await database.maybeOne('select 1 from inbox where message_id = $1', [messageId])))
    await new Promise(setImmediate);
}
