/** The service as the supervisor runs it, stopped while it loads a model: what is being loaded is given up, nothing is waited for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { writeLargeModel } from './testing/large-model.ts';

const database = useTestDatabase();
let platform: TestPlatform<object>;
const children: ChildProcess[] = [];

beforeAll(async () => {
  const migrations = new URL('../sql/', import.meta.url);
  platform = await openTestPlatform({ service: 'publisher', migrations, databaseUrl: database.url });
  const { uri, sizeBytes } = await platform.artifacts.put(await writeLargeModel());
  const version = { versionId: 'tiny@1', modelName: 'tiny', number: 1, kind: 'FULL', parentVersionId: null };
  const move = { modelName: 'tiny', alias: 'champion', toVersionId: 'tiny@1', at: new Date() };
  const payload = { ...version, artifactUri: uri, sizeBytes };
  await platform.broker.publish([
    { id: randomUUID(), topic: 'model-version.registered', key: 'tiny', payload },
    { id: randomUUID(), topic: 'alias.moved', key: 'tiny', payload: move },
  ]);
});

afterEach(() => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

afterAll(() => platform.close());

async function startService(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--import', 'tsx', fileURLToPath(new URL('./index.ts', import.meta.url))],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        DATABASE_URL: database.url,
        FATHOM_DATA_DIR: platform.env.FATHOM_DATA_DIR,
        ...platform.identity.env,
        DEFAULT_MODEL: 'tiny',
        DEVICE_THREADS: '1',
        MODEL_PRECISION: 'int8',
        LOG_LEVEL: 'fatal',
        OTEL_SERVICE_INSTANCE_ID: 'inference-under-test',
      },
    },
  );
  children.push(child);
  const [ready] = (await once(child, 'message')) as [{ readonly port: number }];
  return { child, port: ready.port };
}

async function statusOfVersion(): Promise<string | undefined> {
  const reader = await database.open();
  const [row] = await reader.query<{ status: string }>(
    `select status from inference.deployments where version_id = 'tiny@1'`,
  );
  await reader.close();
  return row?.status;
}

async function generate(port: number): Promise<string | undefined> {
  const body = JSON.stringify({
    query: `mutation { generate(input: { prompt: "Hello?", maxTokens: 4 }) { __typename ... on Generation { status } } }`,
  });
  const headers = {
    'content-type': 'application/json',
    ...(await platform.identity.headers({ audience: 'inference', body })),
  };
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body });
  const { data } = (await response.json()) as { data?: { generate?: { status?: string } } };
  return data?.generate?.status;
}

const longTest = { timeout: 120_000 };

test(
  'SIGTERM while a model is being loaded ends the process cleanly, and the next one loads it',
  longTest,
  async () => {
    const first = await startService();
    await expect.poll(statusOfVersion, { timeout: 60_000 }).toBe('LOADING');
    const exited = once(first.child, 'exit');
    first.child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    // It was given up, not finished: nobody said READY.
    expect(await statusOfVersion()).toBe('LOADING');

    const second = await startService();
    await expect.poll(statusOfVersion, { timeout: 60_000 }).toBe('READY');
    expect(await generate(second.port)).toBe('COMPLETED');
  },
);
