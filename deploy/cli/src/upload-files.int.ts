/** Uploads against a server of a test's own, which loses connections and answers where the real one rarely does. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFathomClient, type FathomClient } from '@fathom/gateway/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type UploadProgress, uploadFiles } from './upload-files.ts';

/** What is done to a chunk; `offset` is where it should begin. */
type Treatment = 'take' | 'cut' | 'lose-answer' | 'be-down' | 'refuse';

let folder: string;
let server: Server;
let client: FathomClient;
let url: string;
let announced: { path: string; sizeBytes: number; sha256: string }[];
let received: Buffer[];
let treatments: Treatment[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-upload-'));
  announced = [];
  received = [];
  treatments = [];
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = createFathomClient({ url, apiKey: 'fth_test_key' });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', url);
  const body = await bodyOf(request);
  if (pathname === '/graphql') {
    const { variables } = JSON.parse(body.toString()) as {
      variables: { input: { files: typeof announced } };
    };
    announced = variables.input.files;
    received = announced.map((_, index) => received[index] ?? Buffer.alloc(0));
    const files = announced.map((file, index) => ({
      ...file,
      receivedBytes: received[index]?.length,
      url: `/uploads/training/u/${index}`,
    }));
    response.end(
      JSON.stringify({
        data: { beginUpload: { __typename: 'Upload', id: 'u', maxChunkBytes: 1_000, files } },
      }),
    );
    return;
  }
  const index = Number(pathname.split('/').at(-1));
  const known = received[index] ?? Buffer.alloc(0);
  if (request.method === 'HEAD') {
    response.setHeader('upload-offset', known.length);
    response.end();
    return;
  }
  const treatment = treatments.shift() ?? 'take';
  const refuse = (status: number, code: string, retryable: boolean) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ errors: [{ message: `It says ${code}.`, extensions: { code, retryable } }] }),
    );
  };
  if (treatment === 'be-down') return refuse(503, 'SUBGRAPH_UNAVAILABLE', true);
  if (treatment === 'refuse') return refuse(404, 'UPLOAD_NOT_FOUND', false);
  if (Number(searchParams.get('offset')) !== known.length) return refuse(409, 'UPLOAD_OFFSET_MISMATCH', true);
  received[index] = Buffer.concat([known, treatment === 'cut' ? body.subarray(0, 300) : body]);
  if (treatment === 'take') response.end(JSON.stringify({ offset: received[index]?.length }));
  else request.socket.destroy();
}

async function upload(files: Readonly<Record<string, Buffer>>) {
  const progress: UploadProgress[] = [];
  const retries: string[] = [];
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await uploadFiles({
    client,
    connection: { url, apiKey: 'fth_test_key' },
    files: Object.keys(files).map((name) => ({ localPath: join(folder, name), path: `in/${name}` })),
    onProgress: (step) => progress.push(step),
    onRetry: (reason) => retries.push(reason),
  });
  return { progress, retries };
}

test('all bytes arrive once, whatever is lost: the connection, the answer, the service', async () => {
  const [first, second] = [randomBytes(4_500), randomBytes(1_200)];
  treatments = ['take', 'cut', 'lose-answer', 'be-down', 'be-down', 'take'];
  const { progress, retries } = await upload({ first, second });
  expect(received[0]?.equals(first)).toBe(true);
  expect(received[1]?.equals(second)).toBe(true);
  expect(retries).toHaveLength(4);
  expect(announced.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
    ['in/first', 4_500],
    ['in/second', 1_200],
  ]);
  expect(progress.at(-1)).toEqual({ phase: 'sending', doneBytes: 5_700, totalBytes: 5_700 });
});

test('what the platform has already is not sent again', async () => {
  const content = randomBytes(2_500);
  received = [content.subarray(0, 2_000)];
  treatments = ['take'];
  const { progress } = await upload({ content });
  expect(received[0]?.equals(content)).toBe(true);
  expect(treatments).toEqual([]);
  expect(progress.filter(({ phase }) => phase === 'sending').map(({ doneBytes }) => doneBytes)).toEqual([
    2_000, 2_500,
  ]);
});

test('a refusal that will not change ends it at once, and so does a file that is not there or empty', async () => {
  treatments = ['refuse'];
  await expect(upload({ file: randomBytes(10) })).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
  await expect(upload({ empty: Buffer.alloc(0) })).rejects.toMatchObject({ exitCode: 1 });
  const files = [{ localPath: join(folder, 'nobody'), path: 'nobody' }];
  const options = { client, connection: { url, apiKey: 'k' }, onProgress: () => {}, onRetry: () => {} };
  await expect(uploadFiles({ ...options, files })).rejects.toMatchObject({ exitCode: 2 });
});
