import { writeOverflowingModel } from '@fathom/neural/testing/overflowing-model';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { registerVersion, versionById } from './stores/registry.ts';
import {
  createDataSet,
  longRun,
  runState,
  startRun,
  tinyRun,
  untilEvent,
  untilRest,
} from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let dataSetId: string;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  dataSetId = await createDataSet(subgraph);
});
afterAll(() => subgraph.close());

async function completedRun(input: object): Promise<string> {
  const id = await startRun(subgraph, { dataSetId, ...tinyRun, ...input });
  await untilRest(subgraph, id);
  return id;
}

test('a run continues from a version, with its network and its tokenizer', async () => {
  await completedRun({ modelName: 'first' });
  const id = await completedRun({ modelName: 'second', initialVersionId: 'first@1' });
  const query = `query ($id: ID!) { trainingRun(id: $id) {
    status initialVersion { id } modelVersion { id parent { id } } model { name } dataSet { name trainingRuns { id } } } }`;
  const { data } = await subgraph.request<{ trainingRun: object }>(query, { id });
  expect(data?.trainingRun).toMatchObject({
    status: 'COMPLETED',
    initialVersion: { id: 'first@1' },
    modelVersion: { id: 'second@1', parent: { id: 'first@1' } },
    model: { name: 'second' },
    dataSet: { name: 'alphabet', trainingRuns: expect.arrayContaining([{ id }]) },
  });
});

test('a loss that is not finite fails the run by name and cannot be resumed without a checkpoint', async () => {
  await completedRun({ modelName: 'sound' });
  const { database, artifacts, env } = subgraph.parts;
  const sound = await versionById(database, 'sound@1');
  const folder = await writeOverflowingModel(await artifacts.fetch(sound!.artifactUri), env.FATHOM_DATA_DIR);
  const { uri: artifactUri } = await artifacts.put(folder);
  await database.transaction((tx) =>
    registerVersion(tx, { ...sound!, artifactUri, trainingRunId: null }).then(() => undefined),
  );
  const id = await completedRun({ modelName: 'burst', initialVersionId: 'sound@2' });
  const run = await runState(subgraph, id);
  expect(run).toMatchObject({ status: 'FAILED', failureCode: 'LOSS_NOT_FINITE', modelVersion: null });
  expect(run.detail).toMatch(/step 1: loss .* Its batch held line \d+, \d+.* of the data set/);
  const resume =
    'mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename ... on WrongState { state } } }';
  expect((await subgraph.request(resume, { id })).data).toEqual({
    resumeTrainingRun: { __typename: 'WrongState', state: 'FAILED' },
  });
});

test('a loss that bursts on the way fails the run with its batch named, and keeps the checkpoints from which it bursts again', async () => {
  // Every step multiplies the matrices by -99 until they overflow.
  const hyperparameters = {
    ...tinyRun.hyperparameters,
    optimizer: 'SGD',
    learningRate: 10,
    weightDecay: 10,
    schedule: 'CONSTANT',
    warmupSteps: 0,
    steps: 200,
    checkpointEverySteps: 4,
  };
  const id = await completedRun({ modelName: 'bursting', hyperparameters });
  const run = await runState(subgraph, id);
  expect(run).toMatchObject({ status: 'FAILED', failureCode: 'LOSS_NOT_FINITE', modelVersion: null });
  const [, at, kept] = run.detail!.match(
    /^step (\d+): loss .*; the state of step (\d+) stays\. Its batch held line \d+.* of the data set$/,
  )!;
  expect(Number(at)).toBeGreaterThan(8);
  expect(Number(kept)).toBe(Number(at) - 1);
  const lastGood = 4 * Math.floor(Number(kept) / 4);
  expect(run.checkpoints.map(({ step }) => step)).toContain(lastGood);
  const resume = 'mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename } }';
  expect((await subgraph.request(resume, { id })).data).toEqual({
    resumeTrainingRun: { __typename: 'TrainingRun' },
  });
  const events = await untilRest(subgraph, id);
  expect(events.map(({ transition }) => transition?.detail)).toContain(
    `going on from the checkpoint of step ${lastGood}`,
  );
  expect((await runState(subgraph, id)).detail).toBe(run.detail);
});

test('an example that does not fit the network fails the run with its line', async () => {
  const long = 'every word counts '.repeat(60);
  const content = ['short', long, 'brief']
    .map((prompt) => JSON.stringify({ prompt, completion: 'yes' }))
    .join('\n');
  const id = await completedRun({ modelName: 'too-long', dataSetId: await createDataSet(subgraph, content) });
  const run = await runState(subgraph, id);
  expect(run).toMatchObject({ status: 'FAILED', failureCode: 'DATA_SET_INVALID' });
  expect(run.detail).toMatch(/^line 2: .* tokens, the sequence length is 64/);
});

test('a run that cannot fit in memory is refused before its first step, with the sum', async () => {
  const words = Array.from({ length: 120 }, (_, at) => `word${at}`).join(' ');
  const content = [1, 2, 3, 4]
    .map((line) => JSON.stringify({ prompt: `${line} ${words}`, completion: 'yes' }))
    .join('\n');
  const id = await completedRun({
    modelName: 'giant',
    dataSetId: await createDataSet(subgraph, content),
    architecture: {
      hiddenSize: 1024,
      layers: 24,
      attentionHeads: 64,
      keyValueHeads: 64,
      feedForwardSize: 8192,
      vocabularySize: 8192,
      contextLength: 1024,
    },
    hyperparameters: { ...tinyRun.hyperparameters, batchSize: 64 },
  });
  const run = await runState(subgraph, id);
  expect(run).toMatchObject({ status: 'FAILED', failureCode: 'MEMORY_INSUFFICIENT', step: 0 });
  expect(run.detail).toMatch(
    /^the run would need \d+\.\d GB \(parameters .* \+ moments .* \+ activations .*\), .* are available/,
  );
});

test('a run whose workers keep dying is given up after the bound, by name', async () => {
  const id = await startRun(subgraph, {
    modelName: 'doomed',
    dataSetId,
    ...longRun,
    hyperparameters: { ...longRun.hyperparameters, checkpointEverySteps: 100_000, steps: 100_000 },
  });
  const killer = (async () => {
    let started = 0;
    for (;;) {
      await untilEvent(subgraph, id, ({ transition, sequence }) => {
        if (transition?.to !== 'VALIDATING' || sequence <= started) return false;
        started = sequence;
        return true;
      });
      process.kill(subgraph.workerPids.at(-1)!, 'SIGKILL');
    }
  })();
  await Promise.race([untilRest(subgraph, id), killer.catch(() => undefined)]);
  await untilRest(subgraph, id);
  const run = await runState(subgraph, id);
  expect(run).toMatchObject({ status: 'FAILED', failureCode: 'WORKER_DIED' });
});

const start = `mutation ($input: StartTrainingRunInput!) { startTrainingRun(input: $input) {
  __typename ... on InvalidInput { field message } ... on NotFound { id } } }`;

test.each([
  [{ modelName: 'Not a name' }, 'input.modelName'],
  [{ promoteTo: 'No!' }, 'input.promoteTo'],
  [{ architecture: { attentionHeads: 3 } }, 'input.architecture.hiddenSize'],
  [{ architecture: { hiddenSize: 96, attentionHeads: 12 } }, 'input.architecture.hiddenSize'],
  [{ architecture: { attentionHeads: 4, keyValueHeads: 3 } }, 'input.architecture.keyValueHeads'],
  [{ architecture: { vocabularySize: 299 } }, 'input.architecture.vocabularySize'],
  [{ hyperparameters: { steps: 0 } }, 'input.hyperparameters.steps'],
  [{ hyperparameters: { heldOutShare: 0.6 } }, 'input.hyperparameters.heldOutShare'],
])('%j is refused before anything is stored', async (more, field) => {
  const { data } = await subgraph.request(start, { input: { modelName: 'refused', dataSetId, ...more } });
  expect(data).toMatchObject({ startTrainingRun: { __typename: 'InvalidInput', field } });
  expect((await subgraph.request('{ model(name: "refused") { name } }')).data).toEqual({ model: null });
});

test('what a run refers to must exist for its tenant', async () => {
  const ask = (input: object, who = {}) =>
    subgraph.request(start, { input: { modelName: 'nothing', ...input } }, who);
  const missing = (id: string) => ({ startTrainingRun: { __typename: 'NotFound', id } });
  expect((await ask({ dataSetId: 'none' })).data).toEqual(missing('none'));
  expect((await ask({ dataSetId, initialVersionId: 'none@1' })).data).toEqual(missing('none@1'));
  expect((await ask({ dataSetId }, { tenant: 'rival' })).data).toEqual(missing(dataSetId));
});
