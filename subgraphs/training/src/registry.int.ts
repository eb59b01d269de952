import { countQueries } from '@fathom/platform/testing/count-queries';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLoaders } from './loaders.ts';
import { ensureModel, registerVersion } from './stores/registry.ts';
import { createDataSet, longRun, runState, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let dataSetId: string;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  dataSetId = await createDataSet(subgraph);
});
afterAll(() => subgraph.close());

const moveFields = `__typename ... on AliasMove { alias from { id } to { id } movedBy reason evaluation { suite } }
  ... on WrongState { state message } ... on InvalidInput { field message } ... on NotFound { id }`;

async function move(input: object) {
  const query = `mutation ($input: MoveModelAliasInput!) { moveModelAlias(input: $input) { ${moveFields} } }`;
  const { data } = await subgraph.request<{ moveModelAlias: object }>(query, { input });
  return data?.moveModelAlias;
}

async function rollBack(input: object, who = {}) {
  const query = `mutation ($input: RollBackModelAliasInput!) { rollBackModelAlias(input: $input) { ${moveFields} } }`;
  const { data } = await subgraph.request<{ rollBackModelAlias: object }>(query, { input }, who);
  return data?.rollBackModelAlias;
}

test('a better version takes the alias, a worse one is refused it and the run says why', async () => {
  const train = async (input: object) => {
    const id = await startRun(subgraph, { modelName: 'gated', dataSetId, promoteTo: 'champion', ...input });
    await untilRest(subgraph, id);
    return runState(subgraph, id);
  };
  const first = await train(tinyRun);
  const better = await train({ ...longRun, hyperparameters: { ...longRun.hyperparameters, steps: 120 } });
  const worse = await train({ ...tinyRun, hyperparameters: { ...tinyRun.hyperparameters, steps: 1 } });
  expect(first.detail).toContain('champion led nowhere before');
  expect(better).toMatchObject({ modelVersion: { id: 'gated@2', aliases: ['champion'] } });
  expect(worse).toMatchObject({ status: 'COMPLETED', modelVersion: { id: 'gated@3', aliases: [] } });
  expect(worse.detail).toMatch(/champion was not moved: gated@2 is better: [\d.]+ against [\d.]+ nats/);

  const query = `{ model(name: "gated") { aliases { name version { id } moves { to { id } movedBy evaluation { suite } } } } }`;
  expect((await subgraph.request(query)).data).toEqual({
    model: {
      aliases: [
        {
          name: 'champion',
          version: { id: 'gated@2' },
          moves: [
            { to: { id: 'gated@2' }, movedBy: 'tester', evaluation: { suite: 'held-out' } },
            { to: { id: 'gated@1' }, movedBy: 'tester', evaluation: { suite: 'held-out' } },
          ],
        },
      ],
    },
  });
});

test('an alias is moved and rolled back, each a lasting entry of the audit', async () => {
  await registerVersions('audited', 2);
  const input = { modelName: 'audited', alias: 'candidate' };
  expect(await rollBack({ ...input, reason: 'nowhere yet' })).toMatchObject({ __typename: 'NotFound' });
  expect(await move({ ...input, versionId: 'audited@1', reason: 'first' })).toMatchObject({ from: null });
  expect(await rollBack({ ...input, reason: 'too early' })).toMatchObject({
    __typename: 'WrongState',
    state: 'audited@1',
  });
  await move({ ...input, versionId: 'audited@2', reason: 'second' });
  expect(await move({ ...input, versionId: 'audited@2', reason: 'again' })).toMatchObject({
    __typename: 'WrongState',
    state: 'audited@2',
  });
  expect(await rollBack({ ...input, reason: 'it was worse' })).toMatchObject({
    from: { id: 'audited@2' },
    to: { id: 'audited@1' },
    reason: 'rolled back: it was worse',
  });
  await expect(
    subgraph.parts.database.query("update alias_move set reason = 'never happened'"),
  ).rejects.toThrow('alias_move is append-only');
});

test('an alias moves within its model only, and only for those who own it', async () => {
  await registerVersions('mine', 1);
  await registerVersions('theirs', 1, 'rival');
  const input = { modelName: 'mine', alias: 'champion', reason: 'why not' };
  expect(await move({ ...input, versionId: 'theirs@1' })).toMatchObject({
    __typename: 'NotFound',
    id: 'theirs@1',
  });
  expect(await move({ ...input, versionId: 'audited@1' })).toMatchObject({ field: 'input.versionId' });
  expect(await move({ ...input, alias: 'No!', versionId: 'mine@1' })).toMatchObject({ field: 'input.alias' });
  expect(await move({ ...input, reason: '  ', versionId: 'mine@1' })).toMatchObject({
    field: 'input.reason',
  });
  expect(await move({ ...input, modelName: 'theirs', versionId: 'theirs@1' })).toMatchObject({
    __typename: 'NotFound',
  });
});

test('what ships with the platform is seen by every tenant and changed by administrators only', async () => {
  await registerVersions('shipped', 2, 'platform');
  const scopes = ['training:*'];
  const { data } = await subgraph.request(
    '{ modelVersion(id: "shipped@1") { model { name } } }',
    {},
    { tenant: 'other', scopes },
  );
  expect(data).toEqual({ modelVersion: { model: { name: 'shipped' } } });
  expect(
    await move({ modelName: 'shipped', alias: 'champion', versionId: 'shipped@1', reason: 'r' }),
  ).toMatchObject({
    to: { id: 'shipped@1' },
  });
  expect(await rollBack({ modelName: 'shipped', alias: 'champion', reason: 'r' }, { scopes })).toMatchObject({
    field: 'input.modelName',
  });
});

test('fifty versions with their aliases and evaluations cost one statement for each kind of row', async () => {
  await registerVersions('many', 50);
  const counted = countQueries(subgraph.parts.database);
  const loaders = createLoaders(counted.database, 'test');
  const ids = Array.from({ length: 50 }, (_, index) => `many@${index + 1}`);
  const versions = await Promise.all(ids.map((id) => loaders.version.load(id)));
  expect(versions.map((version) => version?.id)).toEqual(ids);
  expect(counted.count()).toBe(1);
  await Promise.all(ids.map((id) => loaders.evaluationsOfVersion.load(id)));
  await Promise.all(ids.map((id) => loaders.aliasesOfVersion.load(id)));
  expect(counted.count()).toBe(3);
});

test('entities of other subgraphs are found by reference, and strangers are null', async () => {
  await registerVersions('referred', 1);
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on ModelVersion { id number } ... on DataSet { exampleCount } } }`;
  const representations = [
    { __typename: 'ModelVersion', id: 'referred@1' },
    { __typename: 'ModelVersion', id: 'theirs@1' },
    { __typename: 'DataSet', id: dataSetId },
  ];
  expect((await subgraph.request(query, { representations })).data).toEqual({
    _entities: [{ id: 'referred@1', number: 1 }, null, { exampleCount: 25 }],
  });
});

async function registerVersions(modelName: string, count: number, tenant = 'test'): Promise<void> {
  await subgraph.parts.database.transaction(async (tx) => {
    await ensureModel(tx, modelName, tenant);
    for (let at = 0; at < count; at += 1) {
      await registerVersion(tx, {
        modelName,
        kind: 'FULL',
        parentId: null,
        trainingRunId: null,
        fineTuningJobId: null,
        parameterCount: 1,
        config: '{}',
        artifactUri: `artifact:sha256-${at}`,
        sizeBytes: 1,
      });
    }
  });
}
