/** The service as the supervisor runs it: `src/index.ts` in a process of its own, which tests stop and kill. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, afterEach, beforeAll } from 'vitest';

export interface RunningService {
  /** Host, port and path. */
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
}

export interface ServiceProcesses {
  readonly database: ReturnType<typeof useTestDatabase>;
  readonly platform: TestPlatform<object>;
  /** Resolves when it listens, which may be before its model is there. */
  start(env?: Readonly<Record<string, string>>): Promise<RunningService>;
  query<Data>(service: RunningService, text: string, variables?: object): Promise<Data>;
}

/** Processes of one test file, on one database; `tiny@1`, their default model, is what the folder holds. None outlives its test. */
export function useServiceProcesses(writeModel: () => Promise<string>): ServiceProcesses {
  const database = useTestDatabase();
  let platform: TestPlatform<object>;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    const migrations = new URL('../../sql/', import.meta.url);
    platform = await openTestPlatform({ service: 'publisher', migrations, databaseUrl: database.url });
    await announce(platform, await writeModel());
  });
  afterEach(async () => {
    await Promise.all(children.splice(0).map(kill));
  });
  afterAll(() => platform.close());

  return {
    database,
    get platform() {
      return platform;
    },
    async start(env = {}) {
      const index = fileURLToPath(new URL('../index.ts', import.meta.url));
      const child = spawn(process.execPath, ['--conditions=development', '--import', 'tsx', index], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        env: {
          PATH: process.env['PATH'],
          PORT: '0',
          DATABASE_URL: database.url,
          FATHOM_DATA_DIR: platform.env.FATHOM_DATA_DIR,
          ...platform.identity.env,
          DEFAULT_MODEL: 'tiny',
          DEVICE_THREADS: '1',
          LOG_LEVEL: 'fatal',
          OTEL_SERVICE_INSTANCE_ID: 'inference-under-test',
          ...env,
        },
      });
      children.push(child);
      const [{ port }] = (await once(child, 'message')) as [
        { readonly type: 'ready'; readonly port: number },
      ];
      return { process: child, port, url: `127.0.0.1:${port}/graphql` };
    },
    async query<Data>(service: RunningService, text: string, variables: object = {}) {
      const body = JSON.stringify({ query: text, variables });
      const signed = await platform.identity.headers({ audience: 'inference', body });
      const headers = { 'content-type': 'application/json', ...signed };
      const response = await fetch(`http://${service.url}`, { method: 'POST', headers, body });
      const { data } = (await response.json()) as { data: Data };
      return data;
    },
  };
}

async function announce({ artifacts, broker }: TestPlatform<object>, folder: string): Promise<void> {
  const { uri, sizeBytes } = await artifacts.put(folder);
  const version = { versionId: 'tiny@1', modelName: 'tiny', number: 1, kind: 'FULL', parentVersionId: null };
  const move = { modelName: 'tiny', alias: 'champion', toVersionId: 'tiny@1', at: new Date() };
  const payload = { ...version, artifactUri: uri, sizeBytes };
  await broker.publish([
    { id: randomUUID(), topic: 'model-version.registered', key: 'tiny', payload },
    { id: randomUUID(), topic: 'alias.moved', key: 'tiny', payload: move },
  ]);
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
