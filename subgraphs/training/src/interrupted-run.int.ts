import { chmod, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIdentity } from '@fathom/platform/testing/identity';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startServiceProcess } from '@fathom/platform/testing/service-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  createDataSet,
  longRun,
  type ProgressEvent,
  runState,
  startRun,
  untilEvent,
  untilRest,
} from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let dataSetId: string;
let uninterrupted: Awaited<ReturnType<typeof runState>>;

const artifactOf = (run: Awaited<ReturnType<typeof runState>>) => run.modelVersion?.artifactUri;
const steps = (events: readonly ProgressEvent[]) =>
  events.flatMap(({ point }) => (point ? [point.step] : []));
const detailsOf = (events: readonly ProgressEvent[], state: string) =>
  events.flatMap(({ transition }) => (transition?.to === state ? [transition.detail] : []));

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  dataSetId = await createDataSet(subgraph);
  const id = await startRun(subgraph, { modelName: 'uninterrupted', dataSetId, ...longRun });
  await untilRest(subgraph, id);
  uninterrupted = await runState(subgraph, id);
  expect(uninterrupted.status).toBe('COMPLETED');
});
afterAll(() => subgraph.close());

test('a worker killed twice resumes to the very weights of a run that was never killed, and no step is told twice', async () => {
  const id = await startRun(subgraph, { modelName: 'killed', dataSetId, ...longRun });
  const all = untilRest(subgraph, id);
  for (const step of [20, 120]) {
    await untilEvent(subgraph, id, ({ checkpoint }) => (checkpoint?.step ?? 0) >= step);
    process.kill(subgraph.workerPids.at(-1)!, 'SIGKILL');
    await untilEvent(
      subgraph,
      id,
      ({ transition, point }) => transition?.to === 'QUEUED' && point === undefined,
    );
  }
  const events = await all;
  const run = await runState(subgraph, id);
  expect(run.status).toBe('COMPLETED');
  expect(artifactOf(run)).toBe(artifactOf(uninterrupted));
  expect(steps(events)).toEqual([...new Set(steps(events))].sort((a, b) => a - b));
  expect(detailsOf(events, 'QUEUED').join('\n')).toMatch(
    /lost \(ended by SIGKILL\); it goes on from the checkpoint of step \d+/,
  );
});

test('a run on two processes, killed and resumed, has the very weights of one process with the same parts', async () => {
  const hyperparameters = { ...longRun.hyperparameters, steps: 60 };
  const weightsOf = async (modelName: string, more: object, meanwhile?: (id: string) => Promise<void>) => {
    const id = await startRun(subgraph, {
      modelName,
      dataSetId,
      ...longRun,
      hyperparameters: { ...hyperparameters, ...more },
    });
    const rest = untilRest(subgraph, id);
    await meanwhile?.(id);
    await rest;
    const run = await runState(subgraph, id);
    expect(run.status).toBe('COMPLETED');
    return artifactOf(run);
  };
  const alone = await weightsOf('accumulated', { gradientAccumulationSteps: 2 });
  const together = await weightsOf('data-parallel', { dataParallelWorkers: 2 }, async (id) => {
    await untilEvent(subgraph, id, ({ checkpoint }) => (checkpoint?.step ?? 0) >= 20);
    process.kill(subgraph.workerPids.at(-1)!, 'SIGKILL');
  });
  expect(together).toBe(alone);
});

test('a cancelled run keeps its state and resumes from it to the very same weights', async () => {
  const id = await startRun(subgraph, { modelName: 'cancelled', dataSetId, ...longRun });
  await untilEvent(subgraph, id, ({ checkpoint }) => checkpoint !== undefined);
  const { data } = await subgraph.request<{ cancelTrainingRun: { status: string } }>(
    `mutation ($id: ID!) { cancelTrainingRun(id: $id) { ... on TrainingRun { status } } }`,
    { id },
  );
  expect(data?.cancelTrainingRun.status).toBe('CANCELLED');
  const stopped = await runState(subgraph, id);
  expect(stopped.checkpoints[0]?.step).toBe(stopped.step);

  const again = await subgraph.request<{ cancelTrainingRun: object }>(
    `mutation ($id: ID!) { cancelTrainingRun(id: $id) { __typename ... on WrongState { state } } }`,
    { id },
  );
  expect(again.data?.cancelTrainingRun).toEqual({ __typename: 'WrongState', state: 'CANCELLED' });

  await subgraph.request(`mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename } }`, { id });
  const events = await untilRest(subgraph, id);
  expect(detailsOf(events, 'QUEUED').at(-1)).toBe(
    `resumed by tester; goes on from the checkpoint of step ${stopped.step}`,
  );
  expect(artifactOf(await runState(subgraph, id))).toBe(artifactOf(uninterrupted));
});

test('a follower that comes back with its cursor sees what it missed and nothing twice', async () => {
  const id = await startRun(subgraph, { modelName: 'followed', dataSetId, ...longRun });
  const seen = await untilEvent(subgraph, id, ({ checkpoint }) => checkpoint !== undefined);
  const all = await untilRest(subgraph, id);
  const client = await subgraph.webSocketClient();
  const rest: number[] = [];
  const query = `subscription ($id: ID!, $after: String) { trainingRunProgressed(id: $id, after: $after) { sequence } }`;
  for await (const { data } of client.iterate<{ trainingRunProgressed: { sequence: number } }>({
    query,
    variables: { id, after: seen.cursor },
  })) {
    rest.push(data!.trainingRunProgressed.sequence);
  }
  expect(rest).toEqual(all.map(({ sequence }) => sequence).filter((sequence) => sequence > seen.sequence));

  const strange = client.iterate({
    query,
    variables: {
      id: await startRun(subgraph, { modelName: 'other', dataSetId, ...longRun }),
      after: seen.cursor,
    },
  });
  expect((await strange.next()).value).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
  });
});

test('a damaged checkpoint fails the run by name, is no longer counted on, and the one before it carries the run to the same end', async () => {
  const id = await startRun(subgraph, { modelName: 'damaged', dataSetId, ...longRun });
  await untilEvent(subgraph, id, ({ checkpoint }) => (checkpoint?.step ?? 0) >= 60);
  await subgraph.request(`mutation ($id: ID!) { cancelTrainingRun(id: $id) { __typename } }`, { id });
  const [newest, before] = (await runState(subgraph, id)).checkpoints;
  const folder = await subgraph.parts.artifacts.fetch(newest!.artifactUri);
  await chmod(join(folder, 'state.safetensors'), 0o644);
  await flipByte(join(folder, 'state.safetensors'));

  await subgraph.request(`mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename } }`, { id });
  await untilRest(subgraph, id);
  const failed = await runState(subgraph, id);
  expect(failed).toMatchObject({ status: 'FAILED', failureCode: 'CHECKPOINT_CORRUPT' });
  expect(failed.detail).toContain('state.safetensors');
  expect(failed.checkpoints[0]).toEqual(before);
  expect(await readdir(folder)).toContain('state.safetensors');

  await subgraph.request(`mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename } }`, { id });
  await untilRest(subgraph, id);
  expect(artifactOf(await runState(subgraph, id))).toBe(artifactOf(uninterrupted));
});

test('where the best state of an early stop is damaged, that one is no longer counted on, and the run ends on its last', async () => {
  const hyperparameters = {
    ...longRun.hyperparameters,
    learningRate: 0.05,
    evaluateEverySteps: 5,
    checkpointEverySteps: 5,
    earlyStoppingPatience: 40,
  };
  const id = await startRun(subgraph, { modelName: 'best-damaged', dataSetId, ...longRun, hyperparameters });
  // Kept beside the newest three it is the best, and old.
  await untilEvent(subgraph, id, ({ checkpoint }) => (checkpoint?.step ?? 0) >= 60);
  await subgraph.request(`mutation ($id: ID!) { pauseTrainingRun(id: $id) { __typename } }`, { id });
  await untilRest(subgraph, id);
  const paused = (await runState(subgraph, id)).checkpoints;
  const best = paused.at(-1)!;
  expect(best.step).toBeLessThan(paused[2]!.step);
  const folder = await subgraph.parts.artifacts.fetch(best.artifactUri);
  await chmod(join(folder, 'state.safetensors'), 0o644);
  await flipByte(join(folder, 'state.safetensors'));

  const resume = async () => {
    await subgraph.request(`mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename } }`, { id });
    return untilRest(subgraph, id);
  };
  await resume();
  const failed = await runState(subgraph, id);
  expect(failed).toMatchObject({ status: 'FAILED', failureCode: 'CHECKPOINT_CORRUPT' });
  const left = failed.checkpoints.map(({ step }) => step);
  expect(left).not.toContain(best.step);
  expect(left).toContain(failed.step);

  const events = await resume();
  expect(await runState(subgraph, id)).toMatchObject({ status: 'COMPLETED', step: failed.step });
  expect(detailsOf(events, 'EVALUATING').at(-1)).toContain(
    `the best state was lost with its checkpoint, so that of step ${failed.step} is taken`,
  );
});

test.each([
  ['kill', 'fell silent'],
  ['stop', 'is restarting'],
] as const)(
  'a service after a %s in the middle of a run goes on by itself, to the very same weights',
  async (end, why) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'fathom-killed-service-'));
    const identity = await testIdentity();
    const options = {
      service: 'training',
      databaseUrl: await emptyDatabase(`service_${end}`),
      dataDir,
      identity,
      env: {
        TRAINING_THREADS: '1',
        TRAINING_NICENESS: '0',
        TRAINING_LEASE_MS: '1500',
        SHIPPED_MODEL_DIR: join(dataDir, 'none'),
      },
    };
    const first = await startServiceProcess(options);
    const ownDataSet = await createDataSet(first);
    const id = await startRun(first, { modelName: 'survivor', dataSetId: ownDataSet, ...longRun });
    await untilEvent(first, id, ({ checkpoint }) => checkpoint !== undefined);
    await first[end]();

    const second = await startServiceProcess(options);
    const events = await untilRest(second, id);
    const run = await runState(second, id);
    expect(detailsOf(events, 'QUEUED').at(-1)).toMatch(why);
    await second.kill();
    await rm(dataDir, { recursive: true, force: true });
    expect(run.status).toBe('COMPLETED');
    expect(artifactOf(run)).toBe(artifactOf(uninterrupted));
  },
);

/** The other service's schema must not be the one that this file's service works on. */
async function emptyDatabase(name: string): Promise<string> {
  const database = await testDatabase.open();
  await database.query(`create database ${name}`);
  const url = new URL(testDatabase.url);
  url.pathname = `/${name}`;
  return url.href;
}

async function flipByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, size - 8);
  await file.write(Buffer.from([byte[0]! ^ 1]), 0, 1, size - 8);
  await file.close();
}
