import { expect, test } from 'vitest';
import { comparedMetrics, configDifferences } from './compare-runs.ts';
import { metricsOf, paramsOf, resultMetrics, statusOf, type ToldPoint } from './mlflow.ts';
import type { Evaluation, TrainingRun } from './records.ts';

const startedAt = new Date('2026-11-25T08:00:00Z');
const run = (more: Partial<TrainingRun>): TrainingRun => ({
  id: 'run_1',
  tenant: 'test',
  modelName: 'letters',
  dataSetId: 'dataset_1',
  initialVersionId: null,
  promoteTo: null,
  config: { architecture: { layers: 1 }, hyperparameters: { steps: 10, learningRate: 0.1 } },
  seed: 1,
  status: 'COMPLETED',
  detail: null,
  failureCode: null,
  stopReason: 'STEPS_SPENT',
  attempt: 1,
  retryOf: null,
  codeVersion: '0.1.0',
  step: 10,
  totalSteps: 10,
  tokensSeen: 1_000,
  parameterCount: 7,
  loss: 0.5,
  startedBy: 'tester',
  createdAt: startedAt,
  finishedAt: new Date('2026-11-25T08:01:00Z'),
  lastSequence: 9,
  ...more,
});
const evaluation = (more: Partial<Evaluation>): Evaluation => ({
  id: 'evaluation_1',
  versionId: 'letters@1',
  trainingRunId: 'run_1',
  suite: 'held-out',
  exampleCount: 5,
  loss: 0.25,
  perplexity: null,
  exactMatch: null,
  tenant: null,
  dataSetId: null,
  accuracy: null,
  macroF1: null,
  retrievalAccuracy: null,
  spearman: null,
  suiteId: null,
  score: null,
  createdAt: startedAt,
  ...more,
});

test('only what differs between configs is told, also where a run has no such value', () => {
  const other = run({ seed: 2, config: { hyperparameters: { steps: 10, learningRate: 0.2 } } });
  expect(configDifferences([run({}), other])).toEqual([
    { path: 'seed', values: ['1', '2'] },
    { path: 'architecture.layers', values: ['1', null] },
    { path: 'hyperparameters.learningRate', values: ['0.1', '0.2'] },
  ]);
});

test('results are in the order of the runs, of each suite the newest, and what no run has is left out', () => {
  const metrics = comparedMetrics([run({}), run({ id: 'run_2', loss: null, parameterCount: null })], {
    summaries: [{ runId: 'run_2', bestHeldOutLoss: 3, lastHeldOutLoss: 4, meanTokensPerSecond: 5 }],
    evaluations: [
      evaluation({ suite: 'basics@1', score: 0.75, loss: null }),
      evaluation({ suite: 'basics@1', score: 0.5, loss: null }),
      evaluation({ trainingRunId: 'run_2' }),
    ],
  });
  const named = new Map(metrics.map(({ name, values }) => [name, values]));
  expect(named.get('loss')).toEqual([0.5, null]);
  expect(named.get('bestHeldOutLoss')).toEqual([null, 3]);
  expect(named.get('basics@1.score')).toEqual([0.75, null]);
  expect(named.get('held-out.loss')).toEqual([null, 0.25]);
  expect(named.has('basics@1.loss')).toBe(false);
});

test('MLflow hears of a run in its own terms, and of a point at the same moment each time', () => {
  expect(paramsOf(run({}))).toContainEqual({ key: 'hyperparameters.learningRate', value: '0.1' });
  expect(paramsOf(run({}))).toContainEqual({ key: 'modelName', value: 'letters' });
  const point: ToldPoint = {
    toldAt: new Date(startedAt.getTime() + 2_000),
    step: 4,
    tokensSeen: 500,
    loss: 1.5,
    heldOutLoss: null,
    learningRate: 0.1,
    gradientNorm: 2,
    tokensPerSecond: 250,
  };
  const told = metricsOf(point);
  expect(told.map(({ key }) => key)).toEqual(['loss', 'learning_rate', 'gradient_norm', 'tokens_per_second']);
  expect(told[0]).toEqual({ key: 'loss', value: 1.5, step: 4, timestampMs: startedAt.getTime() + 2_000 });
  const results = resultMetrics(run({}), [evaluation({ suite: 'basics@2', score: 0.5 })]);
  expect(results.map(({ key, value }) => [key, value])).toEqual([
    ['basics v2/loss', 0.25],
    ['basics v2/score', 0.5],
  ]);
  expect(
    (['QUEUED', 'TRAINING', 'PAUSED', 'CANCELLED', 'FAILED', 'COMPLETED'] as const).map(statusOf),
  ).toEqual(['SCHEDULED', 'RUNNING', 'SCHEDULED', 'KILLED', 'FAILED', 'FINISHED']);
});
