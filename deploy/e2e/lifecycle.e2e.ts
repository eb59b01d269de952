import { readOperation } from '@fathom/schema/operations';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// How a model is born, through the gateway alone: features -> data set -> training run -> version -> alias -> answers,
// and an adapter fine-tuned on it.
let home: string;
let product: Product;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
});

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

function request(query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  return product.client.request<Answer, Record<string, unknown>>(query, variables);
}

const colours = ['red', 'green', 'blue', 'white', 'black', 'brown', 'grey', 'pink'];

test('from features to an answer of a model that was trained on them, with an adapter on top', async () => {
  await request(
    'mutation { defineFeatureEntity(input: { name: "boat", description: "A boat." }) { __typename } }',
  );
  await request(
    `mutation { defineFeatureView(input: { name: "boat_facts", entity: "boat", description: "x", features: [{ name: "colour", type: STRING }] }) { __typename } }`,
  );
  const rows = Array.from({ length: 64 }, (_, index) => ({
    entityKey: `boat ${index}`,
    at: '2026-01-01T00:00:00Z',
    values: { colour: colours[index % colours.length] },
  }));
  const { ingestFeatures } = await request(
    'mutation ($input: IngestFeaturesInput!) { ingestFeatures(input: $input) { __typename ... on FeatureIngestion { rowCount } } }',
    { input: { view: 'boat_facts', rows } },
  );
  expect(ingestFeatures.rowCount).toBe(64);
  const { exportTrainingSet } = await request(
    `mutation { exportTrainingSet(input: { view: "boat_facts", name: "Boats", promptTemplate: "What colour is {entityKey}?", completionTemplate: "It is {colour}." }) {
       __typename ... on TrainingSetExport { dataSet { id } } } }`,
  );
  const dataSetId = exportTrainingSet.dataSet.id;
  await expect
    .poll(
      async () =>
        (
          await request('query ($id: ID!) { dataSet(id: $id) { exampleCount featureView { name } } }', {
            id: dataSetId,
          })
        ).dataSet,
      { timeout: 30_000 },
    )
    .toEqual({ exampleCount: 64, featureView: { name: 'boat_facts' } });

  const { startTrainingRun } = await request(
    `mutation ($input: StartTrainingRunInput!) { startTrainingRun(input: $input) { __typename ... on TrainingRun { id } ... on InvalidInput { message field } } }`,
    {
      input: {
        modelName: 'boats',
        dataSetId,
        architecture: {
          hiddenSize: 64,
          layers: 2,
          attentionHeads: 2,
          keyValueHeads: 2,
          feedForwardSize: 128,
          vocabularySize: 300,
          contextLength: 64,
        },
        hyperparameters: {
          steps: 60,
          batchSize: 8,
          warmupSteps: 5,
          checkpointEverySteps: 20,
          evaluateEverySteps: 20,
        },
        promoteTo: 'champion',
      },
    },
  );
  expect(startTrainingRun.__typename).toBe('TrainingRun');
  const progress: Answer[] = [];
  for await (const { trainingRunProgressed } of product.client.stream<
    { trainingRunProgressed: Answer },
    Answer
  >(readOperation('training-run-progress'), { id: startTrainingRun.id })) {
    progress.push(trainingRunProgressed);
  }
  expect(progress.at(-1)).toMatchObject({
    __typename: 'TrainingRunTransitioned',
    transition: { to: 'COMPLETED' },
  });
  expect(progress.map(({ sequence }) => sequence)).toEqual(progress.map((_, index) => index + 1));
  expect(progress.some(({ __typename }) => __typename === 'TrainingCheckpointed')).toBe(true);

  const { trainingRun } = await request(
    'query ($id: ID!) { trainingRun(id: $id) { modelVersion { id aliases } featureView { name } lossCurve { step loss } history { to } } }',
    { id: startTrainingRun.id },
  );
  expect(trainingRun.modelVersion).toEqual({ id: 'boats@1', aliases: ['champion'] });
  expect(trainingRun.featureView).toEqual({ name: 'boat_facts' });
  expect(trainingRun.lossCurve.at(-1).loss).toBeLessThan(trainingRun.lossCurve[0].loss);

  const answer = await generated('boats', 'What colour is boat 1?');
  expect(answer).toMatchObject({ __typename: 'Generation', modelVersion: { id: 'boats@1' } });

  const { startFineTuningJob } = await request(
    `mutation ($input: StartFineTuningJobInput!) { startFineTuningJob(input: $input) { __typename ... on FineTuningJob { id } ... on NotFound { message } ... on InvalidInput { message field } } }`,
    {
      input: {
        baseVersionId: 'boats@1',
        modelName: 'boats-tuned',
        examples: Array.from({ length: 16 }, (_, index) => ({
          prompt: `What colour is ship ${index}?`,
          completion: 'It is gold.',
        })),
        rank: 4,
        steps: 40,
        learningRate: 0.01,
      },
    },
  );
  expect(startFineTuningJob.__typename).toBe('FineTuningJob');
  const statuses: string[] = [];
  for await (const { fineTuningJobProgressed } of product.client.stream<
    { fineTuningJobProgressed: Answer },
    Answer
  >(
    'subscription ($id: ID!) { fineTuningJobProgressed(id: $id) { __typename cursor ... on FineTuningJobTransitioned { status detail } } }',
    { id: startFineTuningJob.id },
  )) {
    if (fineTuningJobProgressed.status) statuses.push(fineTuningJobProgressed.status);
  }
  expect(statuses.at(-1)).toBe('COMPLETED');
  const tuned = await generated('boats-tuned@1', 'What colour is ship 1?');
  expect(tuned).toMatchObject({
    text: 'It is gold.',
    modelVersion: {
      id: 'boats-tuned@1',
      kind: 'ADAPTER',
      parent: { id: 'boats@1' },
      fineTuningJob: { id: startFineTuningJob.id },
    },
  });
});

/** The registry announces a version by an event, so inference knows it a moment later. */
async function generated(model: string, prompt: string): Promise<Answer> {
  let generation: Answer;
  await expect
    .poll(
      async () => {
        const { generate } = await request(
          `mutation ($input: GenerateInput!) { generate(input: $input) { __typename ... on Generation { text status failure { code message } modelVersion { id kind parent { id } fineTuningJob { id } } } } }`,
          { input: { prompt, model, maxTokens: 12 } },
        );
        generation = generate;
        return generate.__typename;
      },
      { timeout: 30_000, interval: 250 },
    )
    .toBe('Generation');
  return generation;
}
