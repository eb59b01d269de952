/** A disk that is really full in the middle of an upload, and of what is made of one. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { fillDisk, smallDisk } from '@fathom/platform/testing/small-disk';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
import { announce, createUploadClient } from './testing/uploads.ts';

const testDatabase = useTestDatabase();
let dataDir: string;
let subgraph: TrainingSubgraph;
let client: ReturnType<typeof createUploadClient>;

beforeAll(async () => {
  dataDir = join(smallDisk(), 'training');
  await mkdir(dataDir, { recursive: true });
  subgraph = await startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    env: { FATHOM_DATA_DIR: dataDir },
  });
  client = createUploadClient(subgraph);
});
afterAll(async () => {
  await subgraph.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** About so many megabytes. */
function jsonl(label: string, megabytes: number): Buffer {
  const completion = 'x'.repeat(960);
  const lines = Array.from({ length: megabytes * 1_000 }, (_, index) =>
    JSON.stringify({ prompt: `${label} ${index}`, completion }),
  );
  return Buffer.from(`${lines.join('\n')}\n`);
}

const artifacts = () => readdir(join(dataDir, 'artifacts')).catch(() => []);

test('what the disk cannot hold is refused when it is announced', async () => {
  const content = announce(jsonl('too large', 1));
  await expect(client.begin([{ ...content, sizeBytes: 100e6 }])).rejects.toThrow(
    /STORAGE_FULL.*100000000 bytes were announced|100000000 bytes were announced.*STORAGE_FULL/,
  );
});

test('a disk that fills in the middle refuses the chunk and keeps what it acknowledged; the upload goes on when there is space', async () => {
  const content = jsonl('in the middle', 8);
  const { id, files } = await client.begin([announce(content)]);
  const { url } = files[0]!;
  const half = 4_000_000;
  await client.put(url, 0, content.subarray(0, half));
  const giveBack = await fillDisk(dataDir, 1_000_000);
  expect(await client.put(url, half, content.subarray(half))).toMatchObject({
    status: 507,
    code: 'STORAGE_FULL',
    extensions: { retryable: true },
  });
  expect(await client.offsetOf(url)).toBe(half);
  await giveBack();
  expect(await client.put(url, half, content.subarray(half))).toMatchObject({ offset: content.length });
  expect(await client.createDataSet({ uploadId: id })).toMatchObject({
    __typename: 'DataSet',
    sha256: announce(content).sha256,
  });
});

test('a disk that fills while a data set is made leaves no half of it, and the upload to try again with', async () => {
  const content = jsonl('while made', 8);
  const { id, files } = await client.begin([announce(content)]);
  await client.put(files[0]!.url, 0, content);
  const before = await artifacts();
  for (const freeBytes of [2_000_000, 12_000_000]) {
    const giveBack = await fillDisk(dataDir, freeBytes);
    await expect(client.createDataSet({ uploadId: id, name: 'full' })).rejects.toThrow('STORAGE_FULL');
    await giveBack();
    expect(await artifacts()).toEqual(before);
    expect(await readdir(join(dataDir, 'artifacts', '.staging'))).toEqual([]);
    expect(await readdir(join(dataDir, 'uploads', 'training', id, 'work'))).toEqual([]);
    expect(await subgraph.parts.database.query("select 1 from data_set where name = 'full'")).toEqual([]);
  }
  expect(await client.createDataSet({ uploadId: id, name: 'full' })).toMatchObject({
    __typename: 'DataSet',
    exampleCount: 8_000,
  });
});

test('a disk that fills while a data set is packed fails the run by name and keeps nothing of it; with space it is run again', async () => {
  const lines = Array.from({ length: 3_000 }, (_, at) =>
    JSON.stringify({
      text: Array.from({ length: 150 }, (_, word) => (at * 7919 + word * 104_729) % 9_973).join(' '),
    }),
  );
  const content = Buffer.from(lines.join('\n'));
  const { id, files } = await client.begin([announce(content)]);
  await client.put(files[0]!.url, 0, content);
  const { id: dataSetId } = (await client.createDataSet({ uploadId: id, name: 'packed' })) as { id: string };
  const giveBack = await fillDisk(dataDir, 1_000_000);
  const runId = await startRun(subgraph, { modelName: 'packed', dataSetId, ...tinyRun });
  await untilRest(subgraph, runId);
  const failed = await runState(subgraph, runId);
  expect(failed).toMatchObject({ status: 'FAILED', failureCode: 'STORAGE_FULL', step: 0 });
  expect(failed.detail).toMatch(/training\.records: its disk is full/);
  expect(await readdir(join(dataDir, 'scratch', 'training'))).toEqual([]);
  await giveBack();
  const { data } = await subgraph.request<{ retryTrainingRun: { id: string } }>(
    'mutation ($id: ID!) { retryTrainingRun(id: $id) { ... on TrainingRun { id } } }',
    { id: runId },
  );
  await untilRest(subgraph, data!.retryTrainingRun.id);
  expect(await runState(subgraph, data!.retryTrainingRun.id)).toMatchObject({ status: 'COMPLETED' });
  expect(await readdir(join(dataDir, 'scratch', 'training'))).toEqual([]);
});

test('a disk that fills while a run trains fails it at its next checkpoint by name, and with space it goes on from the one before', {
  timeout: 240_000,
}, async () => {
  const dataSetId = await createDataSet(subgraph);
  const whole = await startRun(subgraph, { ...longRun, modelName: 'roomy', dataSetId });
  await untilRest(subgraph, whole);
  const runId = await startRun(subgraph, { ...longRun, modelName: 'tight', dataSetId });
  await untilEvent(subgraph, runId, ({ checkpoint }) => checkpoint !== undefined);
  const giveBack = await fillDisk(dataDir);
  await untilRest(subgraph, runId);
  const failed = await runState(subgraph, runId);
  expect(failed).toMatchObject({ status: 'FAILED', failureCode: 'STORAGE_FULL' });
  const [newest] = failed.checkpoints;
  expect(newest!.step).toBeLessThan(longRun.hyperparameters.steps);
  await giveBack();
  await subgraph.request('mutation ($id: ID!) { resumeTrainingRun(id: $id) { __typename } }', { id: runId });
  const events = await untilRest(subgraph, runId);
  expect(events.map(({ transition }) => transition?.detail)).toContain(
    `going on from the checkpoint of step ${newest!.step}`,
  );
  const [resumed, untouched] = [await runState(subgraph, runId), await runState(subgraph, whole)];
  expect(resumed).toMatchObject({ status: 'COMPLETED' });
  expect(resumed.modelVersion?.artifactUri).toBe(untouched.modelVersion?.artifactUri);
});
