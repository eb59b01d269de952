import { countQueries } from '@fathom/platform/testing/count-queries';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLoaders } from './loaders.ts';
import { createDataSet, runState, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
});
afterAll(() => subgraph.close());

test('a run goes from a data set to a registered, evaluated, promoted version, each step told once', async () => {
  const dataSetId = await createDataSet(subgraph);
  const id = await startRun(subgraph, {
    modelName: 'alphabet',
    dataSetId,
    promoteTo: 'champion',
    ...tinyRun,
  });

  const events = await untilRest(subgraph, id);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(events.flatMap(({ transition }) => (transition ? [transition.to] : []))).toEqual([
    'QUEUED',
    'VALIDATING',
    'PREPARING',
    'INITIALISING',
    'TRAINING',
    'EVALUATING',
    'REGISTERING',
    'COMPLETED',
  ]);
  expect(events.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint.step] : []))).toEqual([
    6, 8, 12, 16, 18, 24,
  ]);

  const run = await runState(subgraph, id);
  expect(run).toMatchObject({
    status: 'COMPLETED',
    step: 24,
    modelVersion: { id: 'alphabet@1', aliases: ['champion'] },
    checkpoints: [{ step: 24 }, { step: 18 }, { step: 16 }],
    evaluations: [{ suite: 'held-out', loss: expect.any(Number), exactMatch: expect.any(Number) }],
  });
});

test('a model that learned the pattern answers examples that it never saw exactly', async () => {
  const content = Array.from({ length: 40 }, (_, index) =>
    JSON.stringify({ prompt: `Say yes ${index}`, completion: 'Yes.' }),
  );
  const dataSetId = await createDataSet(subgraph, content.join('\n'));
  const hyperparameters = { ...tinyRun.hyperparameters, steps: 60, learningRate: 0.02 };
  const id = await startRun(subgraph, { modelName: 'yes', dataSetId, ...tinyRun, hyperparameters });
  await untilRest(subgraph, id);
  expect((await runState(subgraph, id)).evaluations).toEqual([
    { suite: 'held-out', loss: expect.closeTo(0, 1), exactMatch: 1 },
  ]);
});

test('a curve of many steps comes thinned without losing a measurement or a peak, in one statement for fifty runs', async () => {
  const { database } = subgraph.parts;
  const id = await startRun(subgraph, {
    modelName: 'curve',
    dataSetId: await createDataSet(subgraph),
    ...tinyRun,
  });
  await untilRest(subgraph, id);
  const counted = countQueries(database);
  const loaders = createLoaders(counted.database, 'test');
  const ids = [id, ...Array.from({ length: 49 }, (_, index) => `none ${index}`)];
  const [curve, ...others] = await Promise.all(ids.map((run) => loaders.lossCurve(9).load(run)));
  expect(counted.count()).toBe(1);
  expect(curve!.length).toBeLessThanOrEqual(9);
  expect(curve!.filter(({ heldOutLoss }) => heldOutLoss !== null).map(({ step }) => step)).toEqual([
    8, 16, 24,
  ]);
  const whole = await loaders.lossCurve(100).load(id);
  const losses = (points: typeof whole) => points.map(({ loss }) => loss);
  expect(whole).toHaveLength(24);
  expect(Math.max(...losses(curve!))).toBe(Math.max(...losses(whole)));
  expect(Math.min(...losses(curve!))).toBe(Math.min(...losses(whole)));
  expect((await loaders.lossCurve(1).load(id)).map(({ step }) => step)).toEqual([24]);
  expect(others.every((points) => points.length === 0)).toBe(true);
});
