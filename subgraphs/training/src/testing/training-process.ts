/** The service as its own process, for tests that kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Identity } from '@fathom/platform/identity';
import type { TestIdentity } from '@fathom/platform/testing/identity';
import type { TestAnswer, TestSubgraph } from '@fathom/platform/testing/subgraph';
import { type DocumentNode, print } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export interface TrainingProcess {
  readonly url: string;
  request: TestSubgraph['request'];
  webSocketClient: TestSubgraph['webSocketClient'];
  /** SIGKILL, and gone. */
  kill(): Promise<void>;
}

export interface TrainingProcessOptions {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly identity: TestIdentity;
}

export async function startTrainingProcess(options: TrainingProcessOptions): Promise<TrainingProcess> {
  const entry = fileURLToPath(new URL('../index.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=development', '--import', 'tsx', entry], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      DATABASE_URL: options.databaseUrl,
      FATHOM_DATA_DIR: options.dataDir,
      IDENTITY_JWKS: JSON.stringify(options.identity.jwks),
      LOG_LEVEL: 'error',
      TRAINING_THREADS: '1',
      TRAINING_NICENESS: '0',
      TRAINING_LEASE_MS: '1500',
      SHIPPED_MODEL_DIR: '/nowhere',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const url = `http://127.0.0.1:${await readyPort(child)}/graphql`;
  return {
    url,
    async request<Data>(query: string | DocumentNode, variables: object = {}, who: Partial<Identity> = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(await options.identity.headers(who)) },
        body: JSON.stringify({ query: typeof query === 'string' ? query : print(query), variables }),
      });
      return (await response.json()) as TestAnswer<Data>;
    },
    webSocketClient: async (who = {}) =>
      createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        connectionParams: { identity: await options.identity.token(who) },
        retryAttempts: 0,
      }),
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function readyPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: { type?: string; port?: number }) => {
      if (message.type === 'ready' && message.port !== undefined) resolve(message.port);
    });
    child.once('exit', (code) => reject(new Error(`the service ended with code ${code}`)));
  });
}
