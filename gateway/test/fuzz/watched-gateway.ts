/**
 * A gateway in a process of its own, under watch: whoever asks it learns that it hangs or has died, instead of waiting. Which
 * supergraph it serves is exchanged under it, as a publish does.
 */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createTestDatabase } from '@fathom/platform/testing/postgres';
import type { FormattedExecutionResult } from 'graphql';
import { startGatewayProcess } from '../gateway-process.ts';
import { readEvents } from '../sse-client.ts';

export interface WatchedGateway {
  /** Resolves when new operations meet it. */
  publish(supergraphSdl: string): Promise<void>;
  /** Rejects when no whole answer came within the limit, or the process has died. */
  post(body: string): Promise<HttpAnswer>;
  /** The results of a subscription, which must end by itself. */
  events(body: object): Promise<readonly FormattedExecutionResult[]>;
  close(): Promise<void>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

export interface WatchOptions {
  readonly supergraphSdl: string;
  /** Of services that any of its supergraphs has. */
  readonly services: readonly string[];
  /** An answer that takes longer hangs. */
  readonly maxAnswerMs: number;
}

const boundless = 1_000_000_000;

export async function startWatchedGateway(options: WatchOptions): Promise<WatchedGateway> {
  const { services, maxAnswerMs } = options;
  const folder = await mkdtemp(join(tmpdir(), 'fathom-fuzz-'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, options.supergraphSdl);
  const database = await createTestDatabase();
  const limits = ['TOKENS', 'DEPTH', 'ALIASES', 'DIRECTIVES', 'ROOT_FIELDS', 'FIELDS', 'COST'];
  // Services fail all the time here, and each operation is to meet the same.
  const fetches = { circuitFailures: boundless, maxRetries: 0 };
  const gateway = await startGatewayProcess({
    databaseUrl: database.url,
    env: {
      LOG_LEVEL: 'error',
      SUPERGRAPH_FILE: supergraphFile,
      SUBGRAPH_FETCHES: JSON.stringify(Object.fromEntries(services.map((name) => [name, fetches]))),
      RATE_LIMIT_OPERATIONS: String(boundless),
      RATE_LIMIT_TENANT_OPERATIONS: String(boundless),
      ...Object.fromEntries(limits.map((name) => [`MAX_OPERATION_${name}`, String(boundless)])),
    },
  });
  const key = (await readFile(gateway.keyFile, 'utf8')).trim();
  const died = new Promise<never>((_resolve, reject) => {
    gateway.child.once('exit', (code, signal) =>
      reject(new Error(`the gateway has died (${code ?? signal}):\n${gateway.output()}`)),
    );
  });
  died.catch(() => undefined);

  async function ask<T>(body: string, accept: string, read: (response: Response) => Promise<T>): Promise<T> {
    const whole = async (): Promise<T> =>
      read(
        await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': key, accept },
          body,
          signal: AbortSignal.timeout(maxAnswerMs),
        }),
      );
    return Promise.race([whole(), died]);
  }

  async function generation(): Promise<string> {
    const { checks } = (await (await fetch(`${gateway.url}/readyz`)).json()) as {
      readonly checks: { readonly supergraph: { readonly detail: string } };
    };
    return checks.supergraph.detail;
  }

  let published = options.supergraphSdl;
  return {
    async publish(supergraphSdl) {
      if (supergraphSdl === published) return;
      published = supergraphSdl;
      const before = await generation();
      await writeFile(join(folder, 'next'), supergraphSdl);
      await rename(join(folder, 'next'), supergraphFile);
      gateway.child.kill('SIGHUP');
      const endsAt = Date.now() + maxAnswerMs;
      for (let now = before; now === before; now = await Promise.race([generation(), died])) {
        if (Date.now() > endsAt) throw new Error('the supergraph did not come into service');
        await pause(20);
      }
      const now = await generation();
      if (now.includes('refused')) throw new Error(now);
    },
    post: (body) =>
      ask(body, 'application/json', async (response) => ({
        status: response.status,
        text: await response.text(),
      })),
    events: (body) =>
      ask(JSON.stringify(body), 'text/event-stream', async (response) => {
        const results: FormattedExecutionResult[] = [];
        for await (const { event, data } of readEvents(response))
          if (event === 'next') results.push(JSON.parse(data) as FormattedExecutionResult);
        return results;
      }),
    async close() {
      await gateway.stop('SIGKILL');
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
