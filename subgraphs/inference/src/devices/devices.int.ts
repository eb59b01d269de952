import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { env } from '../env.ts';
import { type Harness, startHarness } from '../testing/inference-harness.ts';
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
