/** A service as its own process, for tests that kill it or that need another service beside their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type DocumentNode, print } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Identity } from '../identity.ts';
import { repositoryRoot } from '../repository.ts';
import type { ReadyMessage } from '../server/run-service.ts';
import type { TestIdentity } from './identity.ts';
import type { TestAnswer, TestSubgraph } from './subgraph.ts';

export interface ServiceProcess extends Pick<TestSubgraph, 'request' | 'webSocketClient'> {
  readonly url: string;
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
  /** SIGTERM, and gone. */
  stop(): Promise<void>;
  /** SIGSTOP: it is there, and does nothing more. */
  freeze(): void;
}

export interface ServiceProcessOptions {
  /** Folder of the service, for instance `training`. */
  readonly service: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly identity: TestIdentity;
  /** What the service's env has beyond the base. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Resolves when the service says that it is ready. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<ServiceProcess> {
  const { service, databaseUrl, dataDir, identity, env = {} } = options;
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--import', 'tsx', `subgraphs/${service}/src/index.ts`],
    {
      cwd: repositoryRoot(),
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        PORT: '0',
        DATABASE_URL: databaseUrl,
        FATHOM_DATA_DIR: dataDir,
        ...identity.env,
        LOG_LEVEL: 'error',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (message: ReadyMessage) => {
      if (message.type === 'ready' && message.port !== undefined) resolve(message.port);
    });
    child.once('exit', (code) => reject(new Error(`${service} ended with code ${code} before it was ready`)));
  });
  const url = `http://127.0.0.1:${port}/graphql`;
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return {
    url,
    async request<Data>(query: string | DocumentNode, variables: object = {}, who: Partial<Identity> = {}) {
      const body = JSON.stringify({ query: typeof query === 'string' ? query : print(query), variables });
      const signed = await identity.headers({ audience: service, body }, who);
      const headers = { 'content-type': 'application/json', ...signed };
      const response = await fetch(url, { method: 'POST', headers, body });
      return (await response.json()) as TestAnswer<Data>;
    },
    webSocketClient: async (who = {}) =>
      createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: async () => ({ identity: await identity.connection(service, who) }),
        retryAttempts: 0,
      }),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    freeze: () => void child.kill('SIGSTOP'),
  };
}
