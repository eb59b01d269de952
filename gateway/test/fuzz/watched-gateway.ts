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
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { AnswerPart } from '../../src/execution/incremental.ts';
import type { Operation } from '../federation/run-suite.ts';
import { startGatewayProcess } from '../gateway-process.ts';
import { readEvents } from '../sse-client.ts';

export interface WatchedGateway {
  /** Resolves when new operations meet it. */
  publish(supergraphSdl: string): Promise<void>;
  /** Rejects when no whole answer came within the limit, or the process has died. */
  post(body: string): Promise<HttpAnswer>;
  /** Of an answer that may come in parts; the only one, where it came whole. */
  parts(body: Body): Promise<readonly AnswerPart[]>;
  /** The results of a subscription, which must end by itself and say so; of one that is refused, the refusal. */
  events(transport: EventTransport, body: Body): Promise<readonly FormattedExecutionResult[]>;
  close(): Promise<void>;
}

export const eventTransports = ['server-sent events', 'WebSocket'] as const;
export type EventTransport = (typeof eventTransports)[number];

export type Body = Pick<Operation, 'query' | 'variables'>;
export const bodyOf = ({ query, variables }: Operation): Body => ({ query, ...(variables && { variables }) });

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
/** Longer than a service that is well takes on a busy machine; one that hangs is waited for so long. */
const serviceTimeoutMs = '5000';

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
      QUERY_TIMEOUT_MS: serviceTimeoutMs,
      MUTATION_TIMEOUT_MS: serviceTimeoutMs,
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
  const sockets = createClient({
    url: `${gateway.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { apiKey: key },
    retryAttempts: 0,
  });

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

  async function eventsOverSocket(body: Body): Promise<readonly FormattedExecutionResult[]> {
    const results: FormattedExecutionResult[] = [];
    const events = sockets.iterate({ query: body.query, variables: { ...body.variables } });
    try {
      for await (const result of events) results.push(result as FormattedExecutionResult);
    } catch (error) {
      if (!Array.isArray(error)) throw error;
      results.push({ errors: error });
    }
    return results;
  }

  const eventsOverHttp = (body: Body): Promise<readonly FormattedExecutionResult[]> =>
    ask(JSON.stringify(body), 'text/event-stream', async (response) => {
      if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
        return [(await response.json()) as FormattedExecutionResult];
      const results: FormattedExecutionResult[] = [];
      for await (const { event, data } of readEvents(response)) {
        if (event === 'complete') return results;
        if (event === 'next') results.push(JSON.parse(data) as FormattedExecutionResult);
      }
      throw new Error(`the stream ended without saying so, after ${JSON.stringify(results)}`);
    });

  async function withinLimit<T>(result: Promise<T>): Promise<T> {
    const stopped = new AbortController();
    const late = pause(maxAnswerMs, undefined, { signal: stopped.signal }).then(() => {
      throw new Error(`no end came within ${maxAnswerMs} ms`);
    });
    late.catch(() => undefined);
    return Promise.race([result, died, late]).finally(() => stopped.abort());
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
    parts: (body) =>
      ask(JSON.stringify(body), 'multipart/mixed;deferSpec=20220824,application/json', async (response) => {
        const text = await response.text();
        if (response.status >= 500) throw new Error(`status ${response.status}: ${text}`);
        if (!response.headers.get('content-type')?.startsWith('multipart/mixed'))
          return [JSON.parse(text) as AnswerPart];
        return partsOf(text);
      }),
    events: (transport, body) =>
      withinLimit(transport === 'WebSocket' ? eventsOverSocket(body) : eventsOverHttp(body)),
    async close() {
      await sockets.dispose();
      await gateway.stop('SIGKILL');
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}

/** The parts of a body that has come to its end. */
function partsOf(text: string): readonly AnswerPart[] {
  if (!text.endsWith('\r\n-----\r\n')) throw new Error(`the parts have no end: ${text}`);
  const parts = text
    .split(/\r\n---(?:--\r\n)?/)
    .filter((part) => part !== '')
    .map((part) => JSON.parse(part.split('\r\n\r\n')[1] ?? '') as AnswerPart);
  const more = parts.map(({ hasNext }) => hasNext);
  if (more.indexOf(false) !== parts.length - 1) throw new Error(`the last part is not the last: ${text}`);
  return parts;
}
