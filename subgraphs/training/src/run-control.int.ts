import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  alphabetJsonl,
  createDataSet,
  longRun,
  type ProgressEvent,
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
  dataSetId = await createDataSet(subgraph, alphabetJsonl);
});
afterAll(() => subgraph.close());

interface Changed {
  readonly __typename: string;
  readonly id?: string;
  readonly status?: string;
  readonly state?: string;
  readonly message?: string;
}

async function change(mutation: string, id: string): Promise<Changed> {
  const query = `mutation ($id: ID!) { changed: ${mutation}(id: $id) {
    __typename ... on TrainingRun { id status } ... on WrongState { state message } ... on NotFound { message } } }`;
  const { data, errors } = await subgraph.request<{ changed: Changed }>(query, { id });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.changed;
}

async function ask<Data>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Data> {
  const { data, errors } = await subgraph.request<Data>(query, variables);
  if (!data) throw new Error(JSON.stringify(errors));
  return data;
}

const train = async (input: object) => {
  const id = await startRun(subgraph, { dataSetId, ...tinyRun, ...input });
  await untilRest(subgraph, id);
  return id;
};

test('a paused run keeps its state, leaves its worker to others, and resumes to the weights of a run never paused', async () => {
  const whole = await train({ ...longRun, modelName: 'whole' });
  const id = await startRun(subgraph, { modelName: 'paused', dataSetId, ...longRun });
  await untilEvent(subgraph, id, ({ checkpoint }) => checkpoint !== undefined);
  expect(await change('pauseTrainingRun', id)).toMatchObject({ status: 'PAUSED' });
  const paused = await runState(subgraph, id);
  expect(paused.checkpoints[0]?.step).toBe(paused.step);
  expect(await change('pauseTrainingRun', id)).toMatchObject({ __typename: 'WrongState', state: 'PAUSED' });

  // The service runs one at a time.
  expect(await runState(subgraph, await train({ modelName: 'meanwhile' }))).toMatchObject({
    status: 'COMPLETED',
  });
  await change('resumeTrainingRun', id);
  await untilRest(subgraph, id);
  const [resumed, never] = [await runState(subgraph, id), await runState(subgraph, whole)];
  expect(resumed.modelVersion?.artifactUri).toBe(never.modelVersion?.artifactUri);
  const { trainingRun } = await ask<{ trainingRun: object }>(
    'query ($id: ID!) { trainingRun(id: $id) { attempt stopReason codeVersion history { to } } }',
    { id },
  );
  expect(trainingRun).toMatchObject({ attempt: 2, stopReason: 'STEPS_SPENT' });
  expect(trainingRun).toMatchObject({ codeVersion: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

test('a run that waits is paused before it begins, and cancelled while it is paused', async () => {
  const busy = await startRun(subgraph, { modelName: 'busy', dataSetId, ...longRun });
  const id = await startRun(subgraph, { modelName: 'waiting', dataSetId, ...tinyRun });
  expect(await change('pauseTrainingRun', id)).toMatchObject({ status: 'PAUSED' });
  expect(await change('cancelTrainingRun', id)).toMatchObject({ status: 'CANCELLED' });
  await change('cancelTrainingRun', busy);
});

test('a retry is a new run of the same start, linked to the old one, which stays as it is', async () => {
  const old = await train({ modelName: 'again' });
  const before = await runState(subgraph, old);
  const retried = await change('retryTrainingRun', old);
  expect(retried).toMatchObject({ __typename: 'TrainingRun' });
  await untilRest(subgraph, retried.id!);
  const { trainingRun } = await ask<{ trainingRun: object }>(
    `query ($id: ID!) { trainingRun(id: $id) { retryOf { id retries { id } } config modelVersion { id } } }`,
    { id: retried.id },
  );
  expect(trainingRun).toMatchObject({
    retryOf: { id: old, retries: [{ id: retried.id }] },
    modelVersion: { id: 'again@2' },
  });
  expect(await runState(subgraph, old)).toEqual(before);
  const again = await runState(subgraph, retried.id!);
  expect(again.modelVersion?.artifactUri).toBe(before.modelVersion?.artifactUri);
});

test.each([
  ['CONVERGED', { targetHeldOutLoss: 100 }, 8],
  ['TOKENS_SPENT', { maxTokens: 1 }, 1],
  ['STEPS_SPENT', { maxTokens: 1e9, maxSeconds: 1e6, targetHeldOutLoss: 0 }, 24],
] as const)('a run says %s as the reason why its training ended', async (stopReason, more, step) => {
  const hyperparameters = { ...tinyRun.hyperparameters, ...more };
  const id = await train({ modelName: 'ending', hyperparameters });
  const { trainingRun } = await ask<{ trainingRun: object }>(
    'query ($id: ID!) { trainingRun(id: $id) { status stopReason step } }',
    { id },
  );
  expect(trainingRun).toEqual({ status: 'COMPLETED', stopReason, step });
});

test('the database refuses to rewrite what a run was started with and what it did', async () => {
  const id = await train({ modelName: 'history' });
  const { database } = subgraph.parts;
  const refused: readonly [string, string][] = [
    ["update training_run set seed = 7 where id = 'ID'", 'never rewritten'],
    ["delete from training_run where id = 'ID'", 'append-only'],
    ["delete from training_run_transition where run_id = 'ID'", 'append-only'],
    ["update training_run_event set payload = '{}' where job_id = 'ID'", 'append-only'],
    ["update loss_point set loss = 0 where run_id = 'ID'", 'append-only'],
    ["update evaluation set exact_match = 1 where training_run_id = 'ID'", 'append-only'],
    ["delete from model_version where training_run_id = 'ID'", 'append-only'],
    ['truncate training_run_transition', 'append-only'],
    ['truncate alias_move', 'append-only'],
  ];
  for (const [statement, why] of refused)
    await expect(database.query(statement.replace('ID', id)), statement).rejects.toThrow(why);
});

test('runs are compared: what differs in their configs, their curves on the same steps, their results', async () => {
  const ids = [
    await train({ modelName: 'compared' }),
    await train({
      modelName: 'compared',
      seed: 2,
      hyperparameters: { ...tinyRun.hyperparameters, steps: 12 },
    }),
  ];
  const query = `query ($ids: [ID!]!) { compareTrainingRuns(ids: $ids, maxPoints: 6) { __typename
    ... on TrainingRunComparison { runs { id } differences { path values } curve { step losses heldOutLosses }
      metrics { name values } }
    ... on NotFound { id } ... on InvalidInput { field } } }`;
  const { compareTrainingRuns } = await ask<{ compareTrainingRuns: Comparison }>(query, { ids });
  expect(compareTrainingRuns.runs.map(({ id }) => id)).toEqual(ids);
  expect(compareTrainingRuns.differences).toEqual([
    { path: 'seed', values: ['1', '2'] },
    { path: 'hyperparameters.steps', values: ['24', '12'] },
  ]);
  expect(compareTrainingRuns.curve.map(({ step }) => step)).toEqual([4, 8, 12, 16, 20, 24]);
  expect(compareTrainingRuns.curve.map(({ losses }) => losses.map((loss) => loss !== null))).toEqual([
    ...Array(3).fill([true, true]),
    ...Array(3).fill([true, false]),
  ]);
  expect(compareTrainingRuns.curve[1]?.heldOutLosses).toEqual([expect.any(Number), expect.any(Number)]);
  const named = new Map(compareTrainingRuns.metrics.map(({ name, values }) => [name, values]));
  expect(named.get('step')).toEqual([24, 12]);
  expect(named.get('bestHeldOutLoss')?.every((loss) => loss! > 0)).toBe(true);
  expect(named.get('held-out.loss')).toHaveLength(2);

  const strange = await ask<{ compareTrainingRuns: object }>(query, { ids: [ids[0], 'run_none'] });
  expect(strange.compareTrainingRuns).toEqual({ __typename: 'NotFound', id: 'run_none' });
  const alone = await ask<{ compareTrainingRuns: object }>(query, { ids: [ids[0]] });
  expect(alone.compareTrainingRuns).toEqual({ __typename: 'InvalidInput', field: 'ids' });
});

interface Comparison {
  readonly runs: readonly { readonly id: string }[];
  readonly differences: readonly object[];
  readonly curve: readonly {
    readonly step: number;
    readonly losses: readonly (number | null)[];
    readonly heldOutLosses: readonly (number | null)[];
  }[];
  readonly metrics: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

test('a follower of a long run may ask for fewer steps; everything else is told in full, and its cursor still resumes', async () => {
  const id = await train({ ...longRun, modelName: 'thinned' });
  const follow = async (after?: string) => {
    const client = await subgraph.webSocketClient();
    const events: ProgressEvent[] = [];
    const query = `subscription ($id: ID!, $after: String) { trainingRunProgressed(id: $id, after: $after, maxPoints: 10) {
      __typename sequence cursor ... on TrainingStepped { point { step loss heldOutLoss } } } }`;
    for await (const { data } of client.iterate<{ trainingRunProgressed: ProgressEvent }>({
      query,
      variables: { id, after: after ?? null },
    }))
      events.push(data!.trainingRunProgressed);
    return events;
  };
  const everything = await untilRest(subgraph, id);
  const told = await follow();
  const others = (events: readonly ProgressEvent[]) =>
    events.filter(({ point }) => point === undefined).map(({ sequence }) => sequence);
  expect(others(told)).toEqual(others(everything));
  const points = told.flatMap(({ point }) => (point ? [point] : []));
  const stretches = points
    .filter(({ heldOutLoss }) => heldOutLoss === null)
    .map(({ step }) => Math.floor(step / 40));
  expect(stretches).toEqual([...new Set(stretches)]);
  const middle = told[Math.floor(told.length / 2)]!;
  const rest = await follow(middle.cursor);
  expect(rest).toEqual(told.slice(told.indexOf(middle) + 1));
  for (const event of told) expect((await follow(event.cursor))[0]).toEqual(told[told.indexOf(event) + 1]);
});

test('what an alias led to at a moment is one query', async () => {
  await train({ modelName: 'dated', promoteTo: 'champion' });
  const query = `query ($at: DateTime!) { modelAlias(model: "dated", alias: "champion") {
    model { name } version { id lineage { seed dataSet { id } dataSetSha256 codeVersion config trainingRun { id } } }
    versionAt(at: $at) { id } moves { movedAt } } }`;
  interface Dated {
    readonly modelAlias: {
      readonly versionAt: object | null;
      readonly moves: { readonly movedAt: string }[];
    };
  }
  const first = await ask<Dated>(query, { at: '2020-01-01T00:00:00Z' });
  expect(first.modelAlias).toMatchObject({
    versionAt: null,
    version: {
      id: 'dated@1',
      lineage: {
        seed: 1,
        dataSet: { id: dataSetId },
        dataSetSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    },
  });
  const [{ movedAt }] = first.modelAlias.moves as [{ movedAt: string }];
  const better = { ...longRun.hyperparameters, steps: 120 };
  await train({ modelName: 'dated', promoteTo: 'champion', hyperparameters: better });
  expect((await ask<Dated>(query, { at: movedAt })).modelAlias).toMatchObject({
    version: { id: 'dated@2' },
    versionAt: { id: 'dated@1' },
  });
  expect((await ask<Dated>(query, { at: new Date().toISOString() })).modelAlias.versionAt).toEqual({
    id: 'dated@2',
  });
  const { errors } = await subgraph.request(query, { at: '2024-02-30T00:00:00Z' });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'at' });
});
