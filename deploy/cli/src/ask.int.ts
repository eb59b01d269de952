import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { createEventQueue } from '@fathom/platform/server/async-events';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';

// The command against a gateway of a test's own, which streams for as long as somebody listens: the real model answers
// faster than a test could press Ctrl-C.
const schema = buildSchema(`
  type Query { x: Int }
  input AskInput { question: String!, idempotencyKey: String }
  type Subscription { ask(input: AskInput!, after: String): Event! }
  interface Event { sequence: Int! cursor: String! generation: Generation! }
  type Generation { id: ID! modelVersion: ModelVersion }
  type ModelVersion { id: ID! }
  type Usage { promptTokens: Int completionTokens: Int timeToFirstTokenMs: Float totalMs: Float tokensPerSecond: Float }
  type TokenGenerated implements Event { sequence: Int! cursor: String! generation: Generation! text: String! logProbability: Float }
  type GenerationRouted implements Event { sequence: Int! cursor: String! generation: Generation! service: String reason: String explanation: String score: Float bound: Float calibrationVersion: String }
  type TextRetracted implements Event { sequence: Int! cursor: String! generation: Generation! retractedText: String }
  type GenerationCompleted implements Event { sequence: Int! cursor: String! generation: Generation! finishReason: String usage: Usage }
  type GenerationFailed implements Event { sequence: Int! cursor: String! generation: Generation! code: String message: String }
`);

type AskEvent = Readonly<Record<string, unknown>>;
let gateway: Server;
let sockets: WebSocketServer;
let url: string;
let events: (question: string) => AsyncIterable<AskEvent>;
let unsubscribed: Deferred<void>;

beforeEach(async () => {
  unsubscribed = createDeferred();
  gateway = createServer((_, response) => response.end('{}'));
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  sockets = new WebSocketServer({ server: gateway, path: '/graphql' });
  useServer(
    {
      schema,
      roots: {
        subscription: { ask: ({ input }: { input: { question: string } }) => events(input.question) },
      },
    },
    sockets,
  );
});

afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  sockets.close();
  gateway.closeAllConnections();
  await new Promise((resolve) => gateway.close(resolve));
});

const token = (sequence: number, text: string): AskEvent => ({
  ask: {
    __typename: 'TokenGenerated',
    sequence,
    cursor: `c${sequence}`,
    generation: { id: 'gen-1' },
    text,
    logProbability: -0.1,
  },
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function ask(
  args: readonly string[],
  onStdout: (child: ChildProcess) => void = () => {},
): Promise<Ended> {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--conditions=development', '--import', 'tsx', 'deploy/cli/src/index.ts', 'ask', ...args],
    {
      cwd: root,
      env: { ...process.env, FATHOM_URL: url, FATHOM_API_KEY: 'fth_test_key' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    onStdout(child);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

test('Ctrl-C unsubscribes, so that the server stops, and leaves with 130', async () => {
  const story = createEventQueue<AskEvent>({ maxEvents: 10, onClose: () => unsubscribed.resolve() });
  story.push(token(1, 'Once upon'));
  events = () => story.events;
  let interrupted = false;
  const { code, stdout, stderr } = await ask(['Tell', 'me', 'a', 'story'], (child) => {
    if (!interrupted) child.kill('SIGINT');
    interrupted = true;
  });
  await unsubscribed.promise;
  expect(stdout).toBe('Once upon\n');
  expect(stderr).toContain('— cancelled');
  expect(code).toBe(130);
});

test('a generation that fails ends with its code on stderr and exit code 1', async () => {
  events = async function* () {
    yield token(1, 'Half an');
    yield {
      ask: {
        __typename: 'GenerationFailed',
        sequence: 2,
        cursor: 'c2',
        generation: { id: 'gen-1' },
        code: 'DEVICE_LOST',
        message: 'The device was lost.',
      },
    };
  };
  const { code, stdout, stderr } = await ask(['Why?']);
  expect(stdout).toBe('Half an');
  expect(stderr).toContain('The device was lost. (DEVICE_LOST)');
  expect(code).toBe(1);
});

test('no question at all is wrong usage', async () => {
  const { code, stderr } = await ask(['  ']);
  expect(stderr).toContain('There is no question.');
  expect(code).toBe(2);
});
