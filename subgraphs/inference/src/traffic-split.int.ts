/* An alias whose conversations are shared between versions: who answers, what is compared, and what ends it. */
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { engineRequest, run } from './testing/engine-run.ts';
import { type Harness, type HarnessOptions, startHarness } from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
const folders = new Map<number, string>();
let harness: Harness;

beforeAll(async () => {
  for (const seed of [1, 2])
    folders.set(seed, await writeTinyModel({ seed, isEndless: true, maxPositions: 8_192 }));
});
beforeEach(async () => {
  const admin = await database.open();
  await admin.query('drop schema if exists inference, broker, streams, cache cascade');
  await admin.close();
  await start();
  // The third is the first once more: it says the same.
  for (const [number, seed] of [
    [1, 1],
    [2, 2],
    [3, 1],
  ] as const)
    await harness.register(`tiny@${number}`, folders.get(seed) ?? '');
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
});
afterEach(() => harness.close());

async function start(options: Partial<HarnessOptions> = {}): Promise<void> {
  harness = await startHarness({
    databaseUrl: database.url,
    settings: { maxContextLength: 8_192 },
    ...options,
  });
}

interface Share {
  readonly versionId: string;
  readonly percent: number;
}

async function split(
  shares: { readonly canary?: Share; readonly shadow?: Share },
  identity: object = {},
  modelName = 'tiny',
) {
  const { data, errors } = await harness.subgraph.request<{ split: Record<string, unknown> }>(
    `mutation ($input: SetTrafficSplitInput!) { split: setTrafficSplit(input: $input) { __typename
       ... on TrafficSplit { alias setBy reason } ... on NotFound { message } ... on InvalidInput { field message } } }`,
    { input: { modelName, reason: 'to see', ...shares } },
    identity,
  );
  return data?.split ?? { code: errors?.[0]?.extensions?.['code'] };
}

async function splits(): Promise<readonly Record<string, unknown>[]> {
  const { data } = await harness.subgraph.request<{ trafficSplits: Record<string, unknown>[] }>(
    `{ trafficSplits { alias stable { id } canary { percent isServing modelVersion { id } }
         shadow { percent isServing same different failed dropped } setBy } }`,
  );
  return data?.trafficSplits ?? [];
}

async function versionOf(input: object): Promise<string | undefined> {
  const { data, errors } = await harness.subgraph.request<{ generate: { modelVersion?: { id: string } } }>(
    `mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation { modelVersion { id } } } }`,
    { input: { maxTokens: 2, ...input } },
  );
  expect(errors).toBeUndefined();
  return data?.generate.modelVersion?.id;
}

const prompts = Array.from({ length: 40 }, (_, index) => ({ prompt: `Question number ${index}?` }));

async function versionsOf(inputs: readonly object[]): Promise<readonly (string | undefined)[]> {
  const versions: (string | undefined)[] = [];
  for (const input of inputs) versions.push(await versionOf(input));
  return versions;
}

test('a canary answers its share, each conversation by one version, also after a restart', async () => {
  const changes: unknown[] = [];
  const announced = await harness.platform.broker.subscribe({
    topics: ['traffic-split.changed'],
    group: 'test',
    handle: async ({ payload }) => void changes.push(payload),
  });
  expect(await split({ canary: { versionId: 'tiny@2', percent: 50 } })).toEqual({
    __typename: 'TrafficSplit',
    alias: 'champion',
    setBy: 'tester',
    reason: 'to see',
  });
  await harness.deploymentIs('tiny@2', 'READY');
  const first = await versionsOf(prompts);
  const ofCanary = first.filter((version) => version === 'tiny@2').length;
  expect(new Set(first)).toEqual(new Set(['tiny@1', 'tiny@2']));
  expect(ofCanary).toBeGreaterThan(8);
  expect(ofCanary).toBeLessThan(32);
  expect(await versionsOf(prompts)).toEqual(first);

  const turns = prompts.map(({ prompt }) => [{ role: 'USER', content: prompt }]);
  const opened = await versionsOf(turns.map((messages) => ({ messages })));
  const more = [
    { role: 'ASSISTANT', content: 'I see.' },
    { role: 'USER', content: 'And then?' },
  ];
  expect(await versionsOf(turns.map((messages) => ({ messages: [...messages, ...more] })))).toEqual(opened);
  // Who names a version gets it.
  expect(
    new Set(await versionsOf(prompts.slice(0, 6).map((input) => ({ ...input, model: 'tiny@1' })))),
  ).toEqual(new Set(['tiny@1']));
  await expect
    .poll(() => changes)
    .toMatchObject([{ alias: 'champion', canary: { percent: 50 }, shadow: null }]);
  await announced.close();

  const { dataDirectory, close } = await harness.keepData();
  await close();
  await start({ dataDirectory });
  await harness.deploymentIs('tiny@1', 'READY');
  await harness.deploymentIs('tiny@2', 'READY');
  expect(await splits()).toMatchObject([
    { stable: { id: 'tiny@1' }, canary: { percent: 50, isServing: true, modelVersion: { id: 'tiny@2' } } },
  ]);
  expect(await versionsOf(prompts)).toEqual(first);
});

test('a canary that cannot be loaded gets nothing, and says so', async () => {
  await harness.announce('model-version.registered', {
    versionId: 'tiny@9',
    tenant: 'platform',
    modelName: 'tiny',
    number: 9,
    kind: 'FULL',
    parentVersionId: null,
    artifactUri: 'file:///nowhere',
    sizeBytes: 1,
  });
  await expect
    .poll(() => split({ canary: { versionId: 'tiny@9', percent: 100 } }))
    .toMatchObject({
      __typename: 'TrafficSplit',
    });
  await harness.deploymentIs('tiny@9', 'FAILED');
  expect(await splits()).toMatchObject([{ canary: { isServing: false } }]);
  expect(await versionOf({ prompt: 'Who answers?' })).toBe('tiny@1');
});

test('a promotion of the canary ends its share, and the alias is split no more', async () => {
  await split({ canary: { versionId: 'tiny@2', percent: 10 } });
  await harness.deploymentIs('tiny@2', 'READY');
  await harness.moveAlias('champion', 'tiny@2');
  await harness.aliasServes('champion', 'tiny@2');
  expect(await splits()).toEqual([]);
  expect(new Set(await versionsOf(prompts.slice(0, 10)))).toEqual(new Set(['tiny@2']));
});

test('a split is ended by hand, and its version leaves when nothing leads to it', async () => {
  await split({ canary: { versionId: 'tiny@2', percent: 100 } });
  await harness.deploymentIs('tiny@2', 'READY');
  expect(await versionOf({ prompt: 'Who answers?' })).toBe('tiny@2');
  const end = `mutation ($input: EndTrafficSplitInput!) { endTrafficSplit(input: $input) { __typename } }`;
  const input = { modelName: 'tiny', reason: 'seen enough' };
  const ended = () => harness.subgraph.request(end, { input });
  expect(await ended()).toEqual({ data: { endTrafficSplit: { __typename: 'TrafficSplit' } } });
  expect(await ended()).toEqual({ data: { endTrafficSplit: { __typename: 'NotFound' } } });
  await harness.deploymentIs('tiny@2', 'UNLOADED');
  expect(await versionOf({ prompt: 'Who answers?' })).toBe('tiny@1');
});

test('what a shadow answers is compared and counted, and appears nowhere else', async () => {
  const shadowCounts = async () => (await splits())[0]?.['shadow'];
  await split({ shadow: { versionId: 'tiny@3', percent: 100 } });
  await harness.deploymentIs('tiny@3', 'READY');
  expect(new Set(await versionsOf(prompts.slice(0, 5)))).toEqual(new Set(['tiny@1']));
  await expect.poll(shadowCounts).toMatchObject({ same: 5, different: 0, failed: 0, dropped: 0 });

  await split({ shadow: { versionId: 'tiny@2', percent: 100 } });
  await harness.deploymentIs('tiny@2', 'READY');
  await versionsOf(prompts.slice(0, 4).map((input) => ({ ...input, maxTokens: 12 })));
  await expect.poll(shadowCounts).toMatchObject({ same: 0, different: 4, failed: 0, dropped: 0 });

  const rows = await harness.platform.database.query<{ version: string; count: number }>(
    'select model_version_id as version, count(*)::int as count from generations group by 1',
  );
  expect(rows).toEqual([{ version: 'tiny@1', count: 9 }]);
  const metrics = await harness.platform.metrics.registry.metrics();
  expect(metrics).toMatch(/fathom_shadow_answers_total\{model_version="tiny@2",outcome="different",.*\} 4/);
  expect(metrics).not.toMatch(/fathom_generations_total\{.*model_version="tiny@2"/);
});

test('copies give way to whoever waits for an answer', async () => {
  await split({ shadow: { versionId: 'tiny@3', percent: 100 } });
  await harness.deploymentIs('tiny@3', 'READY');
  // Two streams that do not end by themselves have half of the slots.
  const { pool } = harness.inference;
  const greedy = { temperature: 0, topK: 0, topP: 1, seed: 0 };
  const held = ['a', 'b'].map((id) => run(pool, engineRequest(id, { sampling: greedy, maxTokens: 8_000 })));
  for (const stream of held) await stream.reached(1);
  const counts = async () => (await splits())[0]?.['shadow'];
  await versionsOf(prompts.slice(0, 3));
  await expect
    .poll(counts, { timeout: 20_000 })
    .toMatchObject({ same: 0, different: 0, failed: 0, dropped: 3 });

  for (const { request, ended } of held) {
    pool.cancel(request.id);
    await ended;
  }
  await expect.poll(() => pool.ownReport().activeSequences, { timeout: 20_000 }).toBe(0);
  await versionsOf(prompts.slice(3, 5));
  await expect
    .poll(counts, { timeout: 20_000 })
    .toMatchObject({ same: 2, different: 0, failed: 0, dropped: 3 });
});

test('what cannot be split is refused by name', async () => {
  const canary = { versionId: 'tiny@2', percent: 10 };
  expect(await split({ canary }, { scopes: ['inference:ask', 'inference:read'] })).toEqual({
    code: 'FORBIDDEN',
  });
  expect(await split({ canary }, { scopes: ['inference:write'] })).toMatchObject({
    field: 'input.modelName',
    message: expect.stringContaining('administrator'),
  });
  expect(await split({ canary }, {}, 'nothing')).toMatchObject({
    message: 'There is no alias nothing@champion.',
  });
  expect(await split({})).toMatchObject({ __typename: 'InvalidInput', field: 'input' });
  expect(await split({ canary: { ...canary, percent: 0 } })).toMatchObject({ field: 'input.canary.percent' });
  expect(await split({ shadow: { ...canary, versionId: 'tiny@8' } })).toMatchObject({
    __typename: 'NotFound',
  });
  expect(await split({ canary: { ...canary, versionId: 'tiny@1' } })).toMatchObject({
    field: 'input.canary.versionId',
  });
  expect(await splits()).toEqual([]);
});
