import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMlflowClient } from './mlflow-client.ts';

const megabyte = 2 ** 20;
const sizeBytes = 24 * megabyte;
let folder: string;
let file: string;
let server: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-mlflow-'));
  file = join(folder, 'model.safetensors');
  await writeFile(file, randomBytes(sizeBytes));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

/** A server that takes a body as it likes; `timeoutMs` is the client's. */
async function clientOf(take: (request: IncomingMessage) => Promise<void>, timeoutMs: number) {
  const asked: IncomingMessage[] = [];
  const listening = createServer((request, response) => {
    asked.push(request);
    void take(request).then(() => response.end('{}'));
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const trackingUri = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  return { asked, client: createMlflowClient({ trackingUri, timeoutMs, username: 'ada', password: 'pass' }) };
}

test('a file may take longer than any answer, as long as it moves, and is asked for with who one is', async () => {
  const startedAt = performance.now();
  let taken = 0;
  const timeoutMs = 2_000;
  const { client, asked } = await clientOf(async (request) => {
    for await (const chunk of request) {
      const before = Math.floor(taken / megabyte);
      taken += (chunk as Buffer).length;
      if (Math.floor(taken / megabyte) > before) await pause(120);
    }
  }, timeoutMs);
  await client.putArtifact('1/abc/artifacts', 'model.safetensors', file);
  expect(taken).toBe(sizeBytes);
  // The server sees to it: 24 pauses of 120 ms.
  expect(performance.now() - startedAt).toBeGreaterThan(timeoutMs);
  expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ada:pass').toString('base64')}`);
});

test('a file that comes to a halt is given up', async () => {
  const { client } = await clientOf(() => new Promise(() => undefined), 200);
  await expect(client.putArtifact('1/abc/artifacts', 'model.safetensors', file)).rejects.toThrow(
    'the upload came to a halt',
  );
});
