import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDataSet, longRun, runState, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let dataSetId: string;
let yesId: string;

const yes = Array.from({ length: 40 }, (_, index) =>
  JSON.stringify({ prompt: `Say yes ${index}`, completion: 'Yes.' }),
).join('\n');

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  dataSetId = await createDataSet(subgraph);
  yesId = await createDataSet(subgraph, yes);
});
afterAll(() => subgraph.close());

interface Made {
  readonly __typename: string;
  readonly id: string;
  readonly version?: number;
  readonly field?: string;
}

async function createSuite(input: object): Promise<Made> {
  const query = `mutation ($input: CreateEvaluationSuiteInput!) { createEvaluationSuite(input: $input) {
    __typename ... on EvaluationSuite { id version } ... on InvalidInput { field } ... on NotFound { id } } }`;
  const { data, errors } = await subgraph.request<{ createEvaluationSuite: Made }>(query, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.createEvaluationSuite;
}

async function evaluations(id: string) {
  const query = `query ($id: ID!) { trainingRun(id: $id) { detail modelVersion { aliases } evaluations {
    suite score loss exactMatch exampleCount evaluationSuite { name version scoring dataSet { id } } } } }`;
  const { data, errors } = await subgraph.request<{ trainingRun: Evaluated }>(query, { id });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.trainingRun;
}
interface Evaluated {
  readonly detail: string;
  readonly modelVersion: { readonly aliases: readonly string[] };
  readonly evaluations: readonly { readonly suite: string; readonly score: number | null }[];
}

test('a version is measured on named suites, each by its rule, and takes its alias only where it reaches their bounds', async () => {
  const exact = await createSuite({ name: 'yes-exactly', dataSetId: yesId, scoring: 'EXACT_MATCH' });
  const contains = await createSuite({ name: 'yes-somehow', dataSetId: yesId, scoring: 'CONTAINS' });
  const loss = await createSuite({ name: 'yes-loss', dataSetId: yesId, scoring: 'LOSS' });
  const second = await createSuite({ name: 'yes-loss', dataSetId, scoring: 'LOSS', description: 'letters' });
  expect([loss.version, second.version]).toEqual([1, 2]);

  const hyperparameters = { ...tinyRun.hyperparameters, steps: 60, learningRate: 0.02 };
  const input = { ...tinyRun, modelName: 'gated', dataSetId: yesId, hyperparameters, promoteTo: 'champion' };
  const suites = [
    { suiteId: exact.id, atLeast: 1 },
    { suiteId: contains.id, atLeast: 0.9 },
    { suiteId: loss.id, atMost: 0.5 },
  ];
  const good = await startRun(subgraph, { ...input, suites });
  await untilRest(subgraph, good);
  const reached = await evaluations(good);
  expect(reached.modelVersion.aliases).toEqual(['champion']);
  const named = new Map(reached.evaluations.map((evaluation) => [evaluation.suite, evaluation]));
  expect(named.get('yes-exactly@1')).toMatchObject({
    score: 1,
    loss: null,
    exampleCount: 40,
    evaluationSuite: { name: 'yes-exactly', version: 1, scoring: 'EXACT_MATCH', dataSet: { id: yesId } },
  });
  expect(named.get('yes-somehow@1')).toMatchObject({ score: 1 });
  expect(named.get('yes-loss@1')).toMatchObject({ score: null, loss: expect.closeTo(0, 1) });
  expect(named.get('held-out')).toMatchObject({ evaluationSuite: null });

  const short = await startRun(subgraph, {
    ...input,
    suites: [...suites, { suiteId: second.id, atMost: 0.1 }],
  });
  await untilRest(subgraph, short);
  const refused = await evaluations(short);
  expect(refused.modelVersion.aliases).toEqual([]);
  expect(refused.detail).toMatch(
    /champion was not moved: on yes-loss@2 its loss is [\d.]+, at most 0.1 was asked for/,
  );
});

test('a suite that nobody knows, and a bound that does not fit its suite, are refused before anything runs', async () => {
  expect(await createSuite({ name: 'No!', dataSetId, scoring: 'LOSS' })).toMatchObject({
    field: 'input.name',
  });
  expect(await createSuite({ name: 'none', dataSetId: 'dataset_none', scoring: 'LOSS' })).toMatchObject({
    __typename: 'NotFound',
  });
  const loss = await createSuite({ name: 'bounded', dataSetId, scoring: 'LOSS' });
  const start = (suites: object[]) =>
    startRun(subgraph, { modelName: 'refused', dataSetId, ...tinyRun, suites });
  await expect(start([{ suiteId: 'suite_none' }])).rejects.toThrow(
    'There is no evaluation suite suite_none.',
  );
  await expect(start([{ suiteId: loss.id, atLeast: 0.5 }])).rejects.toThrow('bounded@1 measures loss');
  await expect(start([{ suiteId: loss.id }, { suiteId: loss.id }])).rejects.toThrow('different suites');
  await expect(
    subgraph.parts.database.query("update evaluation_suite set scoring = 'CONTAINS'"),
  ).rejects.toThrow('append-only');
});

test('the weights in training answer fixed prompts on their way, told live and kept', async () => {
  const samples = { prompts: ['What comes after a?', 'What comes after b?'], everySteps: 10, maxTokens: 8 };
  const id = await startRun(subgraph, { modelName: 'sampled', dataSetId, ...tinyRun, samples });
  const told = await untilRest(subgraph, id);
  const sampledAt = told.filter(({ __typename }) => __typename === 'TrainingSampled');
  expect(sampledAt).toHaveLength(3);
  const query = `query ($id: ID!) { trainingRun(id: $id) { samples(first: 4) { step prompt completion } } }`;
  const { data } = await subgraph.request<{ trainingRun: { samples: object[] } }>(query, { id });
  expect(data?.trainingRun.samples).toMatchObject([
    { step: 24, prompt: samples.prompts[0] },
    { step: 24, prompt: samples.prompts[1] },
    { step: 20, prompt: samples.prompts[0], completion: expect.any(String) },
    { step: 20, prompt: samples.prompts[1] },
  ]);
  const none = startRun(subgraph, { modelName: 'sampled', dataSetId, ...tinyRun, samples: { prompts: [] } });
  await expect(none).rejects.toThrow('needs 1 to 20 prompts');
});

test('an early stop makes its version of the best state, whose checkpoint is kept beside the last ones', async () => {
  const hyperparameters = {
    ...longRun.hyperparameters,
    learningRate: 0.05,
    evaluateEverySteps: 5,
    checkpointEverySteps: 5,
    earlyStoppingPatience: 8,
  };
  const id = await startRun(subgraph, { modelName: 'early', dataSetId, ...tinyRun, hyperparameters });
  const events = await untilRest(subgraph, id);
  const { checkpoints, step } = await runState(subgraph, id);
  const measured = events.flatMap(({ point }) =>
    point && point.heldOutLoss !== null ? [[point.step, point.heldOutLoss] as const] : [],
  );
  const best = measured.reduce((lowest, next) => (next[1] < lowest[1] ? next : lowest));
  expect(step).toBe(best[0] + 8 * 5);
  expect(checkpoints.map((checkpoint) => checkpoint.step)).toEqual([step, step - 5, step - 10, best[0]]);
  expect(checkpoints.at(-1)?.heldOutLoss).toBe(best[1]);
  const evaluating = events.find(({ transition }) => transition?.to === 'EVALUATING');
  expect(evaluating?.transition?.detail).toContain(`so the state of step ${best[0]} is taken`);
});
