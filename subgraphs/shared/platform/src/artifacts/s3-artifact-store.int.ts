import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withRealServer } from '../testing/real-server.ts';
import { type S3TestServer, startS3TestServer } from '../testing/s3-server.ts';
import { describeArtifactStore } from './artifact-store.contract.ts';
import { createS3Client, type S3Client } from './s3/s3-client.ts';
import { createS3ArtifactStore } from './s3-artifact-store.ts';

const keyOf = (uri: string, path: string) => `artifacts/${uri.replace('artifact:', '')}/${path}`;
const bytesOf = (text: string) => new TextEncoder().encode(text);

async function change(client: S3Client, key: string, content: string | null): Promise<void> {
  if (content === null) await client.text({ method: 'DELETE', key });
  else await client.text({ method: 'PUT', key, body: bytesOf(content) });
}

describeArtifactStore('an S3 server that verifies signatures', async (root) => {
  const server = await startS3TestServer();
  const options = { endpoint: server.endpoint, ...server.credentials };
  return {
    open: () => createS3ArtifactStore({ ...options, cacheDirectory: join(root, 'cache', randomUUID()) }),
    damage: (uri, path, content) => change(createS3Client(options), keyOf(uri, path), content),
    close: () => server.close(),
  };
});

withRealServer('TEST_S3_ENDPOINT', (endpoint) => {
  const account = {
    region: process.env.TEST_S3_REGION ?? 'us-east-1',
    accessKeyId: process.env.TEST_S3_ACCESS_KEY_ID ?? 'test',
    secretAccessKey: process.env.TEST_S3_SECRET_ACCESS_KEY ?? 'test',
  };
  describeArtifactStore('a real S3 server', async (root) => {
    const options = { endpoint, bucket: `fathom-${randomUUID()}`, ...account };
    const client = createS3Client(options);
    await client.text({ method: 'PUT', key: '' });
    return {
      open: () => createS3ArtifactStore({ ...options, cacheDirectory: join(root, 'cache', randomUUID()) }),
      damage: (uri, path, content) => change(client, keyOf(uri, path), content),
    };
  });
});

describe('faults between the store and its S3 server', () => {
  let server: S3TestServer;
  let root: string;
  beforeEach(async () => {
    server = await startS3TestServer();
    root = await mkdtemp(join(tmpdir(), 'fathom-s3-'));
  });
  afterEach(async () => {
    await server.close();
    await rm(root, { recursive: true, force: true });
  });

  const open = (more: object = {}) =>
    createS3ArtifactStore({
      endpoint: server.endpoint,
      ...server.credentials,
      cacheDirectory: join(root, 'cache'),
      firstPauseMs: 1,
      ...more,
    });
  const source = async (content: string | Uint8Array = 'abcd') => {
    const path = join(root, `weights-${randomUUID()}`);
    await writeFile(path, content);
    return path;
  };
  /** Each request fails so often before it is answered. */
  const failEach = (times: number, fault: ReturnType<S3TestServer['intercept']>) => {
    const failed = new Map<string, number>();
    server.intercept = (request) => {
      const before = failed.get(request) ?? 0;
      failed.set(request, before + 1);
      return before < times ? fault : undefined;
    };
  };

  it('repeats what a busy server refuses and what a cut connection loses', async () => {
    failEach(2, { kind: 'status', status: 503, code: 'SlowDown' });
    const { uri } = await open().put(await source());
    failEach(2, { kind: 'cut' });
    const folder = await open().fetch(uri);
    expect(await readFile(join(folder, (await readdir(folder))[0]!), 'utf8')).toBe('abcd');
  });

  it('asks again for a file whose bytes stopped on the way', async () => {
    const { uri } = await open().put(await source('x'.repeat(200_000)));
    let cuts = 0;
    server.intercept = (request) =>
      request.startsWith('GET') && request.includes('/files/') && cuts++ < 2
        ? { kind: 'cut after', bytes: 100_000 }
        : undefined;
    await open().fetch(uri);
    expect(cuts).toBe(3);
  });

  it('says DEPENDENCY_UNAVAILABLE, where repetition does not help', async () => {
    server.intercept = () => ({ kind: 'status', status: 503, code: 'SlowDown' });
    await expect(open().put(await source())).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('503'),
    });
    server.intercept = () => undefined;
    const wrong = open({ secretAccessKey: 'wrong' }).ping();
    await expect(wrong).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      message: expect.stringContaining('403'),
    });
    const missing = open({ bucket: 'none' }).put(await source());
    await expect(missing).rejects.toMatchObject({ message: expect.stringContaining('NoSuchBucket') });
    server.intercept = () => ({ kind: 'status', status: 507, code: 'XMinioStorageFull' });
    await expect(open().put(await source())).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  });

  it('uploads a large file in parts, and leaves none of them behind when one is refused for good', async () => {
    const large = await source(Buffer.alloc(40_000_000, 7));
    server.intercept = (request) =>
      request.includes('partNumber=2') ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined;
    await expect(open().put(large)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(server.uploads.size).toBe(0);
    expect(server.objects.size).toBe(0);
    server.intercept = () => undefined;
    await open().put(large);
    expect(server.requests.filter((request) => /partNumber=\d/.test(request)).length).toBe(2 + 3);
    expect([...server.objects.values()].map(({ length }) => length).sort((a, b) => b - a)[0]).toBe(
      40_000_000,
    );
  });

  it('keeps an artifact invisible until all of it is there', async () => {
    server.intercept = (request) =>
      request.startsWith('PUT') && request.endsWith('manifest.json')
        ? { kind: 'status', status: 403, code: 'AccessDenied' }
        : undefined;
    const path = await source();
    await expect(open().put(path)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    server.intercept = () => undefined;
    const { uri } = await open().put(path);
    const manifestAt = server.requests.lastIndexOf(`PUT ${keyOf(uri, 'manifest.json')}`);
    const fileAt = server.requests.findLastIndex((request) =>
      request.startsWith(`PUT ${keyOf(uri, 'files/')}`),
    );
    expect(manifestAt).toBeGreaterThan(fileAt);
  });

  it('stores content that is there already without sending it, and fetches a cached artifact without asking', async () => {
    const path = await source();
    const { uri } = await open().put(path);
    server.requests.length = 0;
    await open().put(path);
    expect(server.requests.every((request) => request.startsWith('HEAD'))).toBe(true);
    await open().fetch(uri);
    server.requests.length = 0;
    await open().fetch(uri);
    expect(server.requests).toEqual([]);
  });

  it('fetches anew what was damaged on this machine', async () => {
    const path = await source();
    const { uri } = await open().put(path);
    const folder = await open().fetch(uri);
    const [name] = await readdir(folder);
    await rm(join(folder, name!));
    await writeFile(join(folder, name!), 'abcX');
    expect(await readFile(join(await open().fetch(uri), name!), 'utf8')).toBe('abcd');
  });
});
