import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  expect(events.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint.step] : []))).toEqual([6, 12, 18, 24]);

  const run = await runState(subgraph, id);
  expect(run).toMatchObject({
    status: 'COMPLETED',
    step: 24,
    modelVersion: { id: 'alphabet@1', aliases: ['champion'] },
    checkpoints: [{ step: 24 }, { step: 18 }, { step: 12 }],
    evaluations: [{ suite: 'held-out', loss: expect.any(Number), exactMatch: expect.any(Number) }],
  });
});
