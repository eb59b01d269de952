import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type MlflowTestServer, startMlflowTestServer } from '../testing/mlflow-server.ts';
import { createDataSet, runState, startRun, tinyRun, untilRest } from '../testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from '../testing/training-subgraph.ts';
import { createMlflowClient, proxiedRoot } from './mlflow-client.ts';
import { type MlflowMirror, startMlflowMirror } from './mlflow-mirror.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let mlflow: MlflowTestServer;
let mirror: MlflowMirror;
let dataSetId: string;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  dataSetId = await createDataSet(subgraph);
});
afterAll(() => subgraph.close());
beforeEach(async () => {
  mlflow = await startMlflowTestServer();
});
afterEach(async () => {
  await mirror.close();
  await mlflow.close();
});

const start = () =>
  startMlflowMirror({
    ...subgraph.parts,
    client: createMlflowClient({ trackingUri: mlflow.url }),
    experimentName: 'letters',
    pollMs: 20,
  });

const train = async (modelName: string) => {
  const id = await startRun(subgraph, { modelName, dataSetId, ...tinyRun });
  await untilRest(subgraph, id);
  return id;
};
const mirrored = (id: string) =>
  [...mlflow.runs.values()].filter((run) => run.tags.get('fathom.runId') === id);

test('a run’s parameters, every step, its evaluations and its files are at the MLflow server, once', async () => {
  mirror = start();
  const id = await train('mirrored');
  await vi.waitUntil(() => mirrored(id)[0]?.status === 'FINISHED', { timeout: 30_000 });
  const [run, ...others] = mirrored(id);
  expect(others).toEqual([]);
  expect(mlflow.experiments).toEqual(new Map([['letters', '1']]));
  expect(Object.fromEntries(run!.params)).toMatchObject({
    modelName: 'mirrored',
    dataSetId,
    seed: '1',
    'hyperparameters.steps': '24',
    'architecture.hiddenSize': '32',
  });
  const of = (key: string) =>
    [...run!.metrics.values()].filter((metric) => metric.key === key).map(({ step }) => step);
  expect(of('loss')).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
  expect(of('held_out_loss')).toEqual([8, 16, 24]);
  expect(of('held-out/exact_match')).toEqual([24]);
  expect(run!.endTime).toBeGreaterThan(0);
  const files = [...mlflow.artifacts.keys()].map((path) => path.replace(`1/${run!.runId}/artifacts/`, ''));
  expect(files.sort()).toEqual([
    'model/config.json',
    'model/model.safetensors',
    'model/tokenizer.json',
    'model/tokenizer_config.json',
  ]);
  expect(mlflow.artifacts.get(`1/${run!.runId}/artifacts/model/model.safetensors`)!.length).toBeGreaterThan(
    10_000,
  );
});

test('a server that refuses costs the run nothing, and is told all of it when it answers again', async () => {
  mlflow.refuseWith = 503;
  mirror = start();
  const id = await train('unheard');
  expect(await runState(subgraph, id)).toMatchObject({ status: 'COMPLETED' });
  await vi.waitUntil(() => mlflow.refused > 0, { timeout: 30_000 });
  await vi.waitUntil(() => !mirror.check().ok, { timeout: 30_000 });
  expect(mirror.check().detail).toContain('503');
  expect(mirrored(id)).toEqual([]);

  mlflow.refuseWith = undefined;
  await vi.waitUntil(() => mirrored(id)[0]?.status === 'FINISHED', { timeout: 60_000 });
  const losses = [...mirrored(id)[0]!.metrics.values()].filter(({ key }) => key === 'loss');
  expect(losses).toHaveLength(24);
});

test('artifacts go through the server’s proxy only where it has one', () => {
  expect(proxiedRoot('mlflow-artifacts:/1/abc/artifacts')).toBe('1/abc/artifacts');
  expect(proxiedRoot('mlflow-artifacts://host:5000/1/abc/artifacts')).toBe('1/abc/artifacts');
  expect(proxiedRoot('s3://bucket/1/abc/artifacts')).toBeUndefined();
});
