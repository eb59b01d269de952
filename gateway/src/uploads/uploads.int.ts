/** Chunks on their way through the gateway: who may send them, how they pass, and what a cut in the middle leaves. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import type { IdentifiedExchange } from '@fathom/platform/server/identified-http';
import { afterEach, describe, expect, test } from 'vitest';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { parseApiKey } from '../auth/api-key.ts';
import { defaultSettings } from '../settings.ts';

/** What the service behind the gateway saw of one chunk. */
interface Delivery {
  readonly url: string | undefined;
  readonly tenant: string;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: number;
  readonly sha256: string;
  readonly isCut: boolean;
}

/** For what a loaded machine may take. */
const patient = { timeout: 30_000 };
let graph: TestGraph;
let deliveries: Delivery[];
let arrived: Deferred<void>;
/** The service takes nothing before this is resolved. */
let mayTake: Promise<void>;
afterEach(() => graph.close());

async function start(uploads: Partial<typeof defaultSettings.uploads> = {}): Promise<void> {
  deliveries = [];
  arrived = createDeferred();
  mayTake = Promise.resolve();
  graph = await startTestGraph(
    { uploads: { ...defaultSettings.uploads, ...uploads } },
    { '/uploads/': takeChunk },
  );
}

async function takeChunk({ request, response, identity, unseal }: IdentifiedExchange): Promise<void> {
  arrived.resolve();
  if (request.url?.startsWith('/uploads/refused')) {
    response.writeHead(409, { 'content-type': 'application/json' });
    response.end('{"errors":[{"message":"Not here.","extensions":{"code":"UPLOAD_OFFSET_MISMATCH"}}]}');
    return;
  }
  await mayTake;
  const hash = createHash('sha256');
  let bytes = 0;
  let isCut = false;
  try {
    if (request.method === 'PUT')
      for await (const chunk of unseal(request)) {
        hash.update(chunk);
        bytes += chunk.length;
      }
  } catch {
    isCut = true;
  }
  const { url, headers } = request;
  deliveries.push({ url, headers, tenant: identity.tenant, bytes, sha256: hash.digest('hex'), isCut });
  if (request.method === 'HEAD') response.setHeader('upload-length', '7');
  response.writeHead(200, { 'upload-offset': String(bytes), 'x-internal': 'no concern of clients' });
  response.end(`{"offset":${bytes}}`);
}

const put = (path: string, body: Buffer, headers: Record<string, string> = { 'x-api-key': graph.key }) =>
  fetch(`${graph.url}${path}`, { method: 'PUT', body: new Uint8Array(body), headers });
const codeOf = async (response: Response) =>
  ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code;

/** A request whose body is written by hand. */
function open(path: string, length: number): ClientRequest {
  const request = httpRequest(`${graph.url}${path}`, {
    method: 'PUT',
    headers: { 'x-api-key': graph.key, 'content-length': length },
  });
  request.on('error', () => {});
  return request;
}

test('a chunk reaches the service that its path names, byte for byte, with a signed identity and no key', async () => {
  await start();
  const body = Buffer.alloc(3_000_000, 'some bytes ');
  const response = await put('/uploads/chat/upload_1/0?offset=5', body);
  expect(response.status).toBe(200);
  expect(response.headers.get('upload-offset')).toBe('3000000');
  expect(response.headers.get('x-internal')).toBeNull();
  expect(await response.json()).toEqual({ offset: 3_000_000 });
  expect(deliveries).toMatchObject([
    {
      url: '/uploads/upload_1/0?offset=5',
      tenant: 'test',
      sha256: createHash('sha256').update(body).digest('hex'),
    },
  ]);
  expect(deliveries[0]?.headers).not.toHaveProperty('x-api-key');
  const head = await fetch(`${graph.url}/uploads/chat/upload_1/0`, {
    method: 'HEAD',
    headers: { 'x-api-key': graph.key },
  });
  expect([head.status, head.headers.get('upload-length')]).toEqual([200, '7']);
});

test('a chunk that was stored is on the audit trail, and neither a question for its place nor a refusal counts as one', async () => {
  await start();
  await put('/uploads/chat/upload_1/0?offset=5', Buffer.from('bytes'));
  await fetch(`${graph.url}/uploads/chat/upload_1/0`, {
    method: 'HEAD',
    headers: { 'x-api-key': graph.key },
  });
  await put('/uploads/chat/refused/0?offset=9', Buffer.from('bytes'));
  const entrance = 'PUT /uploads/chat/*/*';
  const from = {
    transport: 'uploads',
    entrance,
    tenant: 'test',
    credential: `key:${parseApiKey(graph.key)?.id}`,
  };
  await expect.poll(() => graph.audited.length, patient).toBe(2);
  expect(graph.audited).toMatchObject([
    { kind: 'MUTATION', outcome: 'OK', ...from },
    { kind: 'REFUSAL', outcome: 'UPLOAD_OFFSET_MISMATCH', ...from },
  ]);
  expect(JSON.stringify(graph.audited)).not.toContain('upload_1');
});

test('what the service has not taken is not read from the client', async () => {
  await start();
  const release = createDeferred<void>();
  mayTake = release.promise;
  const total = 64 * 1024 * 1024;
  const request = open('/uploads/chat/upload_1/0?offset=0', total);
  let sent = 0;
  const sending = (async () => {
    const piece = Buffer.alloc(1024 * 1024);
    while (sent < total) {
      if (!request.write(piece)) await once(request, 'drain');
      sent += piece.length;
    }
    request.end();
  })();
  await arrived.promise;
  let before = -1;
  await expect
    .poll(
      () => {
        const isStill = sent === before;
        before = sent;
        return isStill;
      },
      { interval: 200, timeout: 20_000 },
    )
    .toBe(true);
  // What has left the client lies in the buffers of four sockets.
  expect(sent).toBeLessThan(total / 2);
  release.resolve();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await sending;
  expect(response.statusCode).toBe(200);
  expect(deliveries).toMatchObject([{ bytes: total, isCut: false }]);
});

test('a client that is cut off in the middle is seen by the service as cut off, with what came', async () => {
  await start();
  const request = open('/uploads/chat/upload_1/0?offset=0', 1_000_000);
  request.write(Buffer.alloc(1_000));
  await arrived.promise;
  request.destroy();
  await expect.poll(() => deliveries, patient).toMatchObject([{ bytes: 1_000, isCut: true }]);
  expect(graph.warnings).toEqual([]);
});

test('a client that goes silent in the middle is cut off when its time is over', async () => {
  await start({ patienceMs: 2_000 });
  const request = open('/uploads/chat/upload_1/0?offset=0', 1_000_000);
  const closed = new Promise((resolve) => request.once('close', resolve));
  request.write(Buffer.alloc(1_000));
  await closed;
  await expect.poll(() => deliveries, patient).toMatchObject([{ bytes: 1_000, isCut: true }]);
});

test('a refusal that comes before the chunk was read still arrives', async () => {
  await start();
  const response = await put('/uploads/chat/refused/0?offset=9', Buffer.alloc(20_000_000));
  expect(response.status).toBe(409);
  expect(await codeOf(response)).toBe('UPLOAD_OFFSET_MISMATCH');
});

describe('is refused by the gateway itself, and reaches no service:', () => {
  test('a chunk without credentials, or with a wrong key', async () => {
    await start();
    expect(await codeOf(await put('/uploads/chat/u/0', Buffer.alloc(10), {}))).toBe('UNAUTHENTICATED');
    const wrong = { 'x-api-key': `${graph.key.slice(0, -4)}0000` };
    expect((await put('/uploads/chat/u/0', Buffer.alloc(10), wrong)).status).toBe(401);
    expect(deliveries).toEqual([]);
  });

  test('a path that names no service, or a service within the gateway, or goes up', async () => {
    await start();
    for (const path of [
      '/uploads/nobody/u/0',
      '/uploads/constructor/u/0',
      '/uploads/chat',
      '/uploads/chat/a.b/0',
    ]) {
      const response = await put(path, Buffer.alloc(10));
      expect([path, response.status, await codeOf(response)]).toEqual([path, 404, 'NOT_FOUND']);
    }
    expect(deliveries).toEqual([]);
  });

  test('a chunk that is too large, whether it says so or not', async () => {
    await start({ maxChunkBytes: 1_000 });
    const announced = await put('/uploads/chat/u/0?offset=0', Buffer.alloc(1_001));
    expect([announced.status, await codeOf(announced)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(deliveries).toEqual([]);
    const request = httpRequest(`${graph.url}/uploads/chat/u/0?offset=0`, {
      method: 'PUT',
      headers: { 'x-api-key': graph.key, 'transfer-encoding': 'chunked' },
    });
    request.write(Buffer.alloc(1_001));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    request.destroy();
    await expect
      .poll(() => deliveries.every(({ isCut, bytes }) => isCut && bytes <= 1_000), patient)
      .toBe(true);
  });

  test('a chunk for a service that is down', async () => {
    await start();
    graph.chatWire.cut();
    const response = await put('/uploads/chat/u/0?offset=0', Buffer.alloc(10));
    expect([response.status, await codeOf(response)]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
  });
});
