import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startServiceProcess } from '@fathom/platform/testing/service-process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { env } from '../env.ts';
import { type Harness, startHarness } from '../testing/inference-harness.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { UnavailableDevice } from './device.ts';
import { processor } from './processor.ts';

const missing: UnavailableDevice = { id: 'webgpu-0', kind: 'WEBGPU', reason: 'No GPU was found.' };
const database = useTestDatabase();
let harness: Harness;

beforeAll(async () => {
  const devices = { devices: [processor({ threads: 1 })], unavailable: [missing] } as const;
  harness = await startHarness({ databaseUrl: database.url, settings: { devices } });
});
afterAll(() => harness.close());

test('`devices` shows what computes, and what was asked for and cannot be used with its reason', async () => {
  const { data } = await harness.subgraph.request(
    '{ devices { id kind status detail threads memoryTotalBytes memoryLimitBytes deployments { id } } device(id: "webgpu-0") { status } }',
    {},
    { scopes: ['inference:read'] },
  );
  expect(data).toEqual({
    devices: [
      {
        id: 'cpu-0',
        kind: 'CPU',
        status: expect.stringMatching(/STARTING|READY/),
        detail: null,
        threads: 1,
        memoryTotalBytes: expect.any(Number),
        memoryLimitBytes: null,
        deployments: [],
      },
      {
        id: 'webgpu-0',
        kind: 'WEBGPU',
        status: 'UNAVAILABLE',
        detail: 'No GPU was found.',
        threads: 0,
        memoryTotalBytes: null,
        memoryLimitBytes: null,
        deployments: [],
      },
    ],
    device: { status: 'UNAVAILABLE' },
  });
});

test('a slip in DEVICES is refused at the start with what to write', () => {
  const parsed = env.shape.DEVICES.safeParse('gpu');
  expect(parsed.error?.issues[0]?.message).toContain('write for example auto, cpu, cpu:2x1, webgpu');
  expect(env.shape.DEVICES.parse(undefined)).toEqual([{ kind: 'CPU', workers: 1, threads: undefined }]);
});

test('of several workers each is listed with its own load, and holds what is served', async () => {
  const service = await startServiceProcess({
    service: 'inference',
    databaseUrl: database.url,
    dataDir: harness.platform.env.FATHOM_DATA_DIR,
    identity: harness.platform.identity,
    env: { DEFAULT_MODEL: 'tiny', DEVICES: 'cpu:2x1', MAX_SEQUENCES: '2', LOG_LEVEL: 'silent' },
  });
  await harness.register('tiny@1', await writeTinyModel({ layers: 24, isEndless: true }));
  await harness.moveAlias('champion', 'tiny@1');
  interface Listed {
    readonly id: string;
    readonly threads: number;
    readonly activeSequences: number;
    readonly deployments: readonly { readonly status: string }[];
  }
  const devices = async (): Promise<readonly Listed[]> => {
    const query = '{ devices { id status threads activeSequences queuedRequests deployments { status } } }';
    return (await service.request<{ devices: readonly Listed[] }>(query)).data?.devices ?? [];
  };
  const held = { deployments: [{ status: 'READY' }] };
  await expect.poll(devices, { timeout: 30_000 }).toMatchObject([
    { id: 'cpu-0', threads: 1, ...held },
    { id: 'cpu-1', threads: 1, ...held },
  ]);
  const generate = `mutation ($input: GenerateInput!) { generate(input: $input) {
    ... on Generation { device { id } finishReason } } }`;
  const answers = Array.from({ length: 4 }, (_, index) =>
    service.request<{ generate: { device: { id: string } } }>(generate, {
      input: { prompt: `Question ${index}?`, maxTokens: 300 },
    }),
  );
  const used = (await Promise.all(answers)).map(({ data }) => data?.generate.device.id);
  expect(used).toHaveLength(4);
  expect(['cpu-0', 'cpu-1']).toEqual(expect.arrayContaining([...new Set(used)]));
  await service.kill();
});
