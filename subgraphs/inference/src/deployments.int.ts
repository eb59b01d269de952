import { randomUUID } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import type { Client } from 'graphql-ws';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import {
  generateSubscription,
  type Harness,
  type HarnessOptions,
  type Streamed,
  startHarness,
} from './testing/inference-harness.ts';
import { writeLargeModel } from './testing/large-model.ts';
import { writeTinyAdapter, writeTinyModel } from './testing/tiny-model.ts';

const folders = new Map<number, string>();
let harness: Harness;
let client: Client;

beforeAll(async () => {
  for (const seed of [1, 2, 3]) folders.set(seed, await writeTinyModel({ seed, layers: 4 }));
});

const folder = (seed: number): string => folders.get(seed) ?? '';
const database = useTestDatabase();

async function start(settings: HarnessOptions['settings'] = {}): Promise<void> {
  harness = await startHarness({ databaseUrl: database.url, settings });
  client = await harness.subgraph.webSocketClient();
}

beforeEach(async () => {
  const admin = await database.open();
  await admin.query('drop schema if exists inference, broker, streams, cache cascade');
  await admin.close();
});
afterEach(() => harness.close());

interface DeploymentView {
  readonly status: string;
  readonly detail: string | null;
  readonly aliases: readonly string[];
  readonly isDefault: boolean;
  readonly memoryBytes: number;
  readonly contextLength: number;
  readonly precision: string;
  readonly devices: readonly { readonly id: string }[];
}

async function deployment(versionId: string): Promise<DeploymentView | undefined> {
  const { data } = await harness.subgraph.request<{
    deployments: (DeploymentView & { modelVersion: { id: string } })[];
  }>(
    '{ deployments { modelVersion { id } status detail aliases isDefault memoryBytes contextLength precision devices { id } } }',
  );
  return data?.deployments.find(({ modelVersion }) => modelVersion.id === versionId);
}

async function generate(
  model: string | undefined,
  maxTokens = 8,
): Promise<{ __typename: string; text?: string; modelVersion?: { id: string }; message?: string }> {
  const { data, errors } = await harness.subgraph.request<{ generate: { __typename: string } }>(
    `mutation ($input: GenerateInput!) { generate(input: $input) { __typename
      ... on Generation { text modelVersion { id } } ... on UnknownModel { message } } }`,
    { input: { prompt: 'Hello?', maxTokens, ...(model === undefined ? {} : { model }) } },
  );
  if (errors) throw new Error(errors[0]?.message);
  return data?.generate ?? { __typename: 'nothing' };
}

test('a version that an alias points to is loaded and answers by default', async () => {
  await start();
  await harness.register('tiny@1', folder(1));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  expect(await deployment('tiny@1')).toMatchObject({
    aliases: ['champion'],
    isDefault: true,
    contextLength: 1024,
    precision: 'fp32',
    devices: [{ id: 'cpu-0' }],
  });
  expect(await generate(undefined)).toMatchObject({ modelVersion: { id: 'tiny@1' } });
  expect(harness.inference.deployments.readiness()).toEqual({ ok: true, detail: 'tiny@1 is ready' });
});

test('an alias that arrives before its version waits for it', async () => {
  await start();
  await harness.moveAlias('champion', 'tiny@1');
  await expect(generate(undefined)).rejects.toThrow(/No version of the default model/);
  await harness.register('tiny@1', folder(1));
  await harness.deploymentIs('tiny@1', 'READY');
  expect(await generate('tiny')).toMatchObject({ modelVersion: { id: 'tiny@1' } });
});

test.each([
  ['after', ['model-version.registered', 'model-version.removed']],
  ['before', ['model-version.removed', 'model-version.registered']],
  ['in the same moment as', ['model-version.removed', 'model-version.registered']],
])('a version whose removal is heard of %s its registration is not offered', async (when, topics) => {
  await start();
  const { artifacts, broker, database } = harness.platform;
  const { uri: artifactUri, sizeBytes } = await artifacts.put(folder(1));
  const version = { modelName: 'tiny', kind: 'FULL', artifactUri, sizeBytes };
  const isHandled = async (id: string) =>
    (await database.query('select from inbox where message_id = $1', [id])).length === 1;
  for (let number = 1; number <= 10; number += 1) {
    const messages = topics.map((topic) => ({
      id: randomUUID(),
      topic,
      key: `tiny@${number}`,
      payload: { ...version, versionId: `tiny@${number}`, number },
    }));
    if (when === 'in the same moment as')
      await Promise.all(messages.map((message) => broker.publish([message])));
    for (const message of messages) {
      if (when !== 'in the same moment as') await broker.publish([message]);
      await expect.poll(() => isHandled(message.id)).toBe(true);
    }
  }
  expect(await database.query('select from model_versions')).toEqual([]);
  expect(await generate('tiny@1')).toMatchObject({ __typename: 'UnknownModel' });
});

test('a promotion under a running stream: it ends on its version, new ones get the new, the old is unloaded', async () => {
  await start();
  await harness.register('tiny@1', folder(1));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const alone = await generate('tiny@1', 500);

  let streamed = '';
  let newcomer: Awaited<ReturnType<typeof generate>> | undefined;
  const variables = { input: { prompt: 'Hello?', maxTokens: 500 } };
  for await (const { data } of client.iterate<{ generate: Streamed }>({
    query: generateSubscription,
    variables,
  })) {
    streamed += data?.generate.text ?? '';
    if (data?.generate.sequence !== 5) continue;
    await harness.register('tiny@2', folder(2));
    await harness.moveAlias('champion', 'tiny@2');
    await harness.deploymentIs('tiny@2', 'READY');
    await harness.aliasServes('champion', 'tiny@2');
    newcomer = await generate(undefined);
    expect(newcomer.modelVersion).toEqual({ id: 'tiny@2' });
  }
  expect(streamed).toBe(alone.text);
  expect(newcomer?.text).not.toBe(alone.text?.slice(0, newcomer?.text?.length));
  await harness.deploymentIs('tiny@1', 'UNLOADED');
  expect(await deployment('tiny@1')).toMatchObject({
    memoryBytes: 0,
    aliases: [],
    isDefault: false,
    devices: [],
  });
});

test('a damaged version fails by name, and the one in service stays in service', async () => {
  await start();
  await harness.register('tiny@1', folder(1));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const damaged = await writeTinyModel({ seed: 5 });
  await truncate(join(damaged, 'model.safetensors'), 5_000);
  await harness.register('tiny@2', damaged);
  await harness.moveAlias('champion', 'tiny@2');
  await harness.deploymentIs('tiny@2', 'FAILED');
  await expect.poll(async () => (await deployment('tiny@2'))?.detail ?? '').toMatch(/model\.safetensors/);
  expect(await deployment('tiny@1')).toMatchObject({
    status: 'READY',
    aliases: ['champion'],
    isDefault: true,
  });
  expect(await generate(undefined)).toMatchObject({ modelVersion: { id: 'tiny@1' } });
  expect(await generate('tiny@2')).toMatchObject({
    __typename: 'UnknownModel',
    message: expect.stringContaining('model.safetensors'),
  });
});

test('a version without alias is loaded on demand, and leaves when its memory is needed', async () => {
  await start();
  await harness.register('tiny@1', folder(1));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const held = (await deployment('tiny@1'))?.memoryBytes ?? 0;
  await harness.close();

  // Room for two of them.
  await start({ modelMemoryBytes: held * 2.5 });
  await harness.register('tiny@1', folder(1));
  await harness.register('tiny@2', folder(2));
  await harness.register('tiny@3', folder(3));
  await harness.deploymentIs('tiny@1', 'READY');
  await expect.poll(() => deployment('tiny@3')).toMatchObject({ status: 'UNLOADED' });
  await generate('tiny@2');
  await harness.deploymentIs('tiny@2', 'READY');
  await generate('tiny@3');
  await harness.deploymentIs('tiny@2', 'UNLOADED');
  await harness.deploymentIs('tiny@3', 'READY');
  expect(await deployment('tiny@1')).toMatchObject({ status: 'READY' });
});

test('of two versions asked for at once where one has room, one is never given to the devices', async () => {
  // Nearly all of what it holds are weights, whose size is known before they are loaded.
  const settings = { maxSequences: 1, prefixSlots: 0, maxContextLength: 64 };
  await start(settings);
  await harness.register('tiny@1', folder(1));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const held = (await deployment('tiny@1'))?.memoryBytes ?? 0;
  await harness.close();
  const admin = await database.open();
  await admin.query('drop schema if exists inference, broker, streams, cache cascade');
  await admin.close();

  await start({ ...settings, modelMemoryBytes: Math.ceil(held * 1.5) });
  const load = vi.spyOn(harness.inference.pool, 'load');
  const asked = ['tiny@2', 'tiny@3'];
  for (const [at, versionId] of asked.entries()) await harness.register(versionId, folder(at + 2));
  for (const versionId of asked) await harness.deploymentIs(versionId, 'UNLOADED');
  const answers = await Promise.all(asked.map((versionId) => generate(versionId)));
  const refused = answers.findIndex(({ __typename }) => __typename === 'UnknownModel');
  expect(answers[refused]).toMatchObject({ message: expect.stringContaining('MODEL_MEMORY_BYTES') });
  expect(answers[1 - refused]).toMatchObject({ modelVersion: { id: asked[1 - refused] } });
  expect(load.mock.calls.map(([{ versionId }]) => versionId)).toEqual([asked[1 - refused]]);
  // Nobody uses the other one any more: it leaves.
  expect(await generate(asked[refused])).toMatchObject({ modelVersion: { id: asked[refused] } });
  await harness.deploymentIs(asked[1 - refused] ?? '', 'UNLOADED');
});

test('a restarted service serves what it knew, without another event', async () => {
  await start();
  await harness.register('tiny@1', folder(1));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  const before = await generate(undefined);
  const { dataDirectory, close } = await harness.keepData();
  await close();
  harness = await startHarness({ databaseUrl: database.url, dataDirectory });
  await harness.deploymentIs('tiny@1', 'READY');
  expect(await generate(undefined)).toEqual(before);
});

test('an adapter is served on its base under its own version', async () => {
  await start();
  const { tokenizer } = await loadModelFolder(folder(1));
  await harness.register('tiny@1', folder(1));
  await harness.register(
    'tiny@2',
    await writeTinyAdapter({ vocabularySize: tokenizer.vocabularySize, layers: 4 }),
    {
      parentVersionId: 'tiny@1',
    },
  );
  await harness.moveAlias('candidate', 'tiny@2');
  await harness.deploymentIs('tiny@2', 'READY');
  const [base, adapted] = [await generate('tiny@1'), await generate('tiny@candidate')];
  expect(adapted.modelVersion).toEqual({ id: 'tiny@2' });
  expect(adapted.text).not.toBe(base.text);
  expect(await deployment('tiny@2')).toMatchObject({ precision: 'fp32 + LoRA', aliases: ['candidate'] });
});

test('who waits for a version when the service stops is told that it stops, and the version is not called broken', async () => {
  await start({ precision: 'int8' });
  await harness.register('tiny@1', await writeLargeModel());
  await expect
    .poll(() => harness.inference.deployments.catalogue.resolve('tiny@1', 'test').kind)
    .toBe('version');
  const asked = generate('tiny@1').catch((error: Error) => error.message);
  await harness.deploymentIs('tiny@1', 'LOADING');
  harness.inference.stopLoading();
  expect(await asked).toMatch(/draining/);
  expect(await deployment('tiny@1')).toMatchObject({ status: 'LOADING', detail: null });
});
