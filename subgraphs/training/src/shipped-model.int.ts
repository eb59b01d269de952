import { cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toHuggingFaceConfig } from '@fathom/neural/models/model-config';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importShippedModel } from './actions/import-shipped-model.ts';
import { createDataSet, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let folder: string;

const modelName = 'shipped-facts';
const record = {
  recipe: { name: 'tiny' },
  seed: 7,
  startedAt: '2026-11-24T08:00:00.000Z',
  endedAt: '2026-11-24T08:10:00.000Z',
  minutes: 10,
  steps: 4,
  tokens: 4_000,
  parameters: 12_345,
  dataSet: {
    name: 'facts',
    sha256: 'ab'.repeat(32),
    examples: 321,
    packages: { 'country-json': '2.3.0' },
  },
  finalTrainLoss: 0.5,
  finalHeldOutLoss: 0.75,
  curve: [1, 2, 3, 4].map((step) => ({
    step,
    tokens: step * 1_000,
    trainLoss: 2 / step,
    heldOutLoss: step === 4 ? 0.75 : null,
    learningRate: 0.001,
    gradientNorm: 1,
    tokensPerSecond: 9_000,
    at: '2026-11-24T08:05:00.000Z',
  })),
};
const evaluation = {
  sets: { heldOut: { right: 9, total: 10 }, lowerCase: { right: 8, total: 10 } },
  refusedByKind: { inventedName: { right: 5, total: 5 } },
  handWritten: { right: 3, total: 4, wrong: [] },
};

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  folder = await mkdtemp(join(tmpdir(), 'fathom-shipped-'));
  const id = await startRun(subgraph, {
    modelName: 'source',
    dataSetId: await createDataSet(subgraph),
    ...tinyRun,
  });
  await untilRest(subgraph, id);
  const { data } = await subgraph.request<{ modelVersion: { artifactUri: string } }>(
    '{ modelVersion(id: "source@1") { artifactUri } }',
  );
  await mkdir(join(folder, 'first'));
  await cp(await subgraph.parts.artifacts.fetch(data!.modelVersion.artifactUri), join(folder, 'first'), {
    recursive: true,
  });
  await writeFile(join(folder, 'first', 'training-run.json'), JSON.stringify(record));
  await writeFile(join(folder, 'first', 'evaluation.json'), JSON.stringify(evaluation));
});
afterAll(async () => {
  await subgraph.close();
  await rm(folder, { recursive: true, force: true });
});

const importFrom = (name: string) =>
  importShippedModel(subgraph.parts, { modelName, folder: join(folder, name) });

test('the shipped model has its lineage: run, loss curve, data, evaluations, champion', async () => {
  expect(await importFrom('first')).toBe('shipped-facts@1');
  const query = `{ modelVersion(id: "shipped-facts@1") {
    kind parameterCount aliases
    evaluations { suite exampleCount loss exactMatch }
    trainingRun {
      status seed step totalSteps tokensSeen loss startedBy createdAt
      lossCurve(maxPoints: 2) { step loss heldOutLoss }
      dataSet { name exampleCount sha256 sizeBytes provenance }
      history { from to }
    }
  } }`;
  const { data } = await subgraph.request<{ modelVersion: { evaluations: object[] } }>(
    query,
    {},
    { tenant: 'anybody' },
  );
  expect(data?.modelVersion).toMatchObject({
    kind: 'FULL',
    parameterCount: 12_345,
    aliases: ['champion'],
    trainingRun: {
      status: 'COMPLETED',
      seed: 7,
      step: 4,
      totalSteps: 4,
      tokensSeen: 4_000,
      loss: 0.5,
      startedBy: 'fathom',
      createdAt: '2026-11-24T08:00:00.000Z',
      lossCurve: [
        { step: 1, loss: 2, heldOutLoss: null },
        { step: 4, loss: 0.5, heldOutLoss: 0.75 },
      ],
      dataSet: {
        name: 'facts',
        exampleCount: 321,
        sizeBytes: null,
        provenance: 'built by the recipe in the repository from country-json 2.3.0',
      },
      history: [{ from: null, to: 'COMPLETED' }],
    },
  });
  expect(data?.modelVersion.evaluations).toHaveLength(4);
  expect(data?.modelVersion.evaluations).toEqual(
    expect.arrayContaining([
      { suite: 'held-out', exampleCount: 10, loss: 0.75, exactMatch: 0.9 },
      { suite: 'lower-case', exampleCount: 10, loss: null, exactMatch: 0.8 },
      { suite: 'refused-invented-name', exampleCount: 5, loss: null, exactMatch: 1 },
      { suite: 'hand-written', exampleCount: 4, loss: null, exactMatch: 0.75 },
    ]),
  );
});

test('importing it again changes nothing, two at once import it once, other weights are the next version', async () => {
  expect(await importFrom('first')).toBe('shipped-facts@1');
  await cp(join(folder, 'first'), join(folder, 'second'), { recursive: true });
  const { config } = await loadModelFolder(join(folder, 'first'));
  const changed = { ...toHuggingFaceConfig(config), rms_norm_eps: 1e-6 };
  await writeFile(join(folder, 'second', 'config.json'), JSON.stringify(changed));
  await writeFile(join(folder, 'second', 'MODEL_CARD.md'), 'a card does not make a version');
  expect(await Promise.all([importFrom('second'), importFrom('second')])).toEqual([
    'shipped-facts@2',
    'shipped-facts@2',
  ]);
  const { data } = await subgraph.request(
    `{ model(name: "shipped-facts") { versions { id } aliases { version { id } moves { from { id } reason } } } }`,
  );
  expect(data).toEqual({
    model: {
      versions: [{ id: 'shipped-facts@2' }, { id: 'shipped-facts@1' }],
      aliases: [
        {
          version: { id: 'shipped-facts@2' },
          moves: [
            { from: { id: 'shipped-facts@1' }, reason: expect.stringContaining('shipped with the release') },
            { from: null, reason: expect.stringContaining('shipped with the release') },
          ],
        },
      ],
    },
  });
});

test('a damaged folder is refused by the file that is wrong, and nothing is registered', async () => {
  await cp(join(folder, 'first'), join(folder, 'damaged'), { recursive: true });
  const weights = join(folder, 'damaged', 'model.safetensors');
  await truncate(weights, (await readFile(weights)).byteLength - 100);
  await expect(importFrom('damaged')).rejects.toThrow('model.safetensors');
  await rm(join(folder, 'second', 'evaluation.json'));
  await expect(importFrom('second')).rejects.toThrow('evaluation.json');
  const { data } = await subgraph.request('{ model(name: "shipped-facts") { versions { number } } }');
  expect(data).toEqual({ model: { versions: [{ number: 2 }, { number: 1 }] } });
});

test('followers of an imported run are told its curve and its end', async () => {
  const { data } = await subgraph.request<{ modelVersion: { trainingRun: { id: string } } }>(
    '{ modelVersion(id: "shipped-facts@1") { trainingRun { id } } }',
  );
  const events = await untilRest(subgraph, data!.modelVersion.trainingRun.id);
  expect(events.map(({ point, transition }) => point?.step ?? transition?.to)).toEqual([
    1,
    2,
    3,
    4,
    'COMPLETED',
  ]);
});
