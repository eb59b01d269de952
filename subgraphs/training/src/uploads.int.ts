import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIdentity } from '@fathom/platform/testing/identity';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startServiceProcess } from '@fathom/platform/testing/service-process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { beginUpload } from './actions/uploads.ts';
import { createSharedWork } from './runtime/shared-work.ts';
import { createUploadFiles } from './runtime/upload-files.ts';
import { startUploadSweeper } from './runtime/upload-sweeper.ts';
import { countUploads } from './stores/uploads.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';
import { announce, createUploadClient } from './testing/uploads.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;
let client: ReturnType<typeof createUploadClient>;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
  client = createUploadClient(subgraph);
});
afterAll(() => subgraph.close());

/** For what a loaded machine may take. */
const patient = { timeout: 30_000 };
const rival = { tenant: 'rival' };
const uploadsFolder = () => join(subgraph.parts.env.FATHOM_DATA_DIR, 'uploads', 'training');

/** Different content for each test, since equal content is one upload. */
function jsonl(label: string, count = 50): Buffer {
  const line = (index: number) =>
    JSON.stringify({ prompt: `${label} ${index}`, completion: `answer ${index}` });
  return Buffer.from(Array.from({ length: count }, (_, index) => `${line(index)}\n`).join(''));
}

test('a file that comes in chunks becomes a data set, and nothing of the upload is left on the disk', async () => {
  const content = jsonl('whole');
  const upload = await client.begin([announce(content)]);
  const { url } = upload.files[0]!;
  expect(url).toMatch(/^\/uploads\/training\/upload_[0-9a-f-]+\/0$/);
  const cut = 1_000;
  expect(await client.put(url, 0, content.subarray(0, cut))).toEqual({ status: 200, offset: cut });
  expect(await client.offsetOf(url)).toBe(cut);
  expect(await client.createDataSet({ uploadId: upload.id })).toMatchObject({
    __typename: 'WrongState',
    state: 'INCOMPLETE',
    message: `examples.jsonl has ${cut} of ${content.length} bytes: send the rest.`,
  });
  expect(await client.put(url, cut, content.subarray(cut))).toEqual({ status: 200, offset: content.length });
  const made = await client.createDataSet({ uploadId: upload.id });
  expect(made).toMatchObject({
    __typename: 'DataSet',
    name: 'uploaded',
    version: 1,
    exampleCount: 50,
    sizeBytes: content.length,
    sha256: announce(content).sha256,
    sample: [{ prompt: 'whole 0', completion: 'answer 0' }],
  });
  expect(existsSync(join(uploadsFolder(), upload.id))).toBe(false);
  // Whoever lost the answer asks again; what was sent by mistake afterwards goes nowhere.
  expect(await client.createDataSet({ uploadId: upload.id })).toEqual(made);
  expect(await client.put(url, 0, content)).toMatchObject({ status: 404, code: 'UPLOAD_NOT_FOUND' });
});

test('announcing the same files again goes on with what has arrived', async () => {
  const content = jsonl('again');
  const first = await client.begin([announce(content)]);
  await client.put(first.files[0]!.url, 0, content.subarray(0, 100));
  const second = await client.begin([announce(content)]);
  expect(second).toEqual({ ...first, files: [{ ...first.files[0], receivedBytes: 100 }] });
});

describe('announcing the same files again', () => {
  const uploads = (freeBytes: number) => ({
    database: subgraph.parts.database,
    files: { ...createUploadFiles(uploadsFolder()), freeBytes: async () => freeBytes },
    lifetimeMs: 60_000,
    once: createSharedWork(),
  });
  const identity = { subject: 'tester', tenant: 'crowded', roles: [], scopes: ['admin'] };
  const file = (label: string) => announce(jsonl(label));

  test('while the disk is short is STORAGE_FULL and keeps what has arrived; a new upload leaves nothing behind', async () => {
    const begun = await beginUpload(uploads(1e9), identity, [file('short')]);
    await expect(beginUpload(uploads(0), identity, [file('short')])).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    // Only the time it may take begins anew.
    expect(await beginUpload(uploads(1e9), identity, [file('short')])).toEqual({
      ...begun,
      expiresAt: expect.any(Date),
    });
    await expect(beginUpload(uploads(0), identity, [file('other')])).rejects.toMatchObject({
      code: 'STORAGE_FULL',
    });
    expect(await countUploads(subgraph.parts.database, 'crowded')).toBe(1);
  });

  test('is possible also while as many are under way as a tenant may have', async () => {
    const begun = [];
    for (let at = 1; at < 100; at += 1) {
      begun.push(await beginUpload(uploads(1e9), identity, [file(`crowd ${at}`)]));
    }
    await expect(beginUpload(uploads(1e9), identity, [file('one more')])).rejects.toMatchObject({
      code: 'TOO_MANY_UPLOADS',
    });
    expect(await beginUpload(uploads(1e9), identity, [file('crowd 7')])).toEqual({
      ...begun[6],
      expiresAt: expect.any(Date),
    });
  });
});

describe('a chunk', () => {
  test('at a wrong place is refused with the right one, and changes nothing', async () => {
    const content = jsonl('places');
    const { files } = await client.begin([announce(content)]);
    const { url } = files[0]!;
    await client.put(url, 0, content.subarray(0, 100));
    for (const offset of [0, 99, 101, 1e9]) {
      expect(await client.put(url, offset, content.subarray(0, 50))).toMatchObject({
        status: 409,
        code: 'UPLOAD_OFFSET_MISMATCH',
        extensions: { offset: 100, retryable: true },
      });
    }
    for (const offset of ['', 'x', '-1', '1.5', '9'.repeat(20)]) {
      expect(await client.put(url, offset, content)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    }
    expect(await client.offsetOf(url)).toBe(100);
  });

  test('that goes beyond the announced size is refused', async () => {
    const content = jsonl('beyond');
    const { files } = await client.begin([announce(content)]);
    const refused = await client.put(files[0]!.url, 0, Buffer.concat([content, Buffer.from('x')]));
    expect(refused).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  test('of a connection that is cut keeps what came', async () => {
    const content = jsonl('cut');
    const { files } = await client.begin([announce(content)]);
    const { url } = files[0]!;
    const part = await client.putPart(url, { offset: 0, bytes: content.subarray(0, 300) });
    await expect
      .poll(async () => (await readFile(pathOf(url), 'utf8').catch(() => '')).length, patient)
      .toBe(300);
    await part.cut();
    await expect.poll(() => client.offsetOf(url), patient).toBe(300);
    expect(await client.put(url, 300, content.subarray(300))).toMatchObject({ offset: content.length });
  });

  test('that was altered on its way from the gateway is refused, and nothing of it counts', async () => {
    const content = jsonl('altered', 2_000);
    const { id, files } = await client.begin([announce(content)]);
    const { url } = files[0]!;
    const alterations: readonly ((sealed: Buffer) => Buffer)[] = [
      // One bit of the last bytes; the frames before it are genuine.
      (sealed) => {
        const altered = Buffer.from(sealed);
        altered[sealed.length - 40] = (altered[sealed.length - 40] ?? 0) ^ 1;
        return altered;
      },
      (sealed) =>
        Buffer.concat([sealed.subarray(0, -36), Buffer.from('more of the same'), sealed.subarray(-36)]),
      (sealed) => Buffer.concat([sealed, Buffer.from('x')]),
      // The bytes themselves, unsealed.
      () => content,
    ];
    for (const alter of alterations) {
      expect(await client.put(url, 0, content, undefined, alter)).toMatchObject({
        status: 401,
        code: 'UNAUTHENTICATED',
      });
      expect(await client.offsetOf(url)).toBe(0);
    }
    expect(await client.put(url, 0, content)).toMatchObject({ offset: content.length });
    expect(await client.createDataSet({ uploadId: id })).toMatchObject({
      __typename: 'DataSet',
      sha256: announce(content).sha256,
    });
  });

  test('that two clients send at the same place is taken from one of them, and the file is whole', async () => {
    const content = jsonl('race', 2_000);
    const { id, files } = await client.begin([announce(content)]);
    const { url } = files[0]!;
    const send = async () => {
      for (let offset = 0; offset < content.length; ) {
        const {
          status,
          extensions,
          offset: next,
        } = await client.put(url, offset, content.subarray(offset, offset + 10_000));
        expect([200, 409]).toContain(status);
        offset = next ?? (extensions?.['offset'] as number);
      }
    };
    await Promise.all([send(), send()]);
    expect(await client.createDataSet({ uploadId: id })).toMatchObject({
      __typename: 'DataSet',
      exampleCount: 2_000,
      sha256: announce(content).sha256,
    });
  });
});

const pathOf = (url: string) => join(uploadsFolder(), url.split('/').at(-2)!, 'files', 'examples.jsonl');

test('bytes that are not what was announced are named and asked for again', async () => {
  const content = jsonl('changed');
  const { id, files } = await client.begin([announce(content)]);
  const { url } = files[0]!;
  const wrong = Buffer.from(content);
  wrong[20] = 'X'.charCodeAt(0);
  await client.put(url, 0, wrong);
  expect(await client.createDataSet({ uploadId: id })).toMatchObject({
    __typename: 'WrongState',
    state: 'INCOMPLETE',
    message:
      'examples.jsonl arrived with another SHA-256 than was announced: send it again from the beginning.',
  });
  expect(await client.offsetOf(url)).toBe(0);
  await client.put(url, 0, content);
  expect(await client.createDataSet({ uploadId: id })).toMatchObject({ __typename: 'DataSet' });
});

test('an invalid file is told line by line, keeps its bytes, and can be read as what it is', async () => {
  const content = Buffer.from('prompt,completion\na,b\nc,d\n');
  const { id, files } = await client.begin([announce(content, 'pairs.csv')]);
  await client.put(files[0]!.url, 0, content);
  expect(await client.createDataSet({ uploadId: id })).toMatchObject({
    __typename: 'InvalidDataSet',
    message: '3 lines are wrong; nothing was stored.',
    problemCount: 3,
    problems: [{ line: 1, code: 'MALFORMED' }, { line: 2 }, { line: 3 }],
  });
  expect(await client.createDataSet({ uploadId: id, format: 'CSV' })).toMatchObject({
    __typename: 'DataSet',
    exampleCount: 2,
  });
});

test('another tenant and a reader find nothing to send to, to look at or to take', async () => {
  const content = jsonl('mine');
  const { id, files } = await client.begin([announce(content)]);
  const { url } = files[0]!;
  expect(await client.put(url, 0, content, rival)).toMatchObject({ status: 404, code: 'UPLOAD_NOT_FOUND' });
  expect(await client.createDataSet({ uploadId: id }, rival)).toMatchObject({ __typename: 'NotFound' });
  const theirs = await client.begin([announce(content)], rival);
  expect(theirs.id).not.toBe(id);
  const query = 'query ($id: ID!) { upload(id: $id) { id } }';
  expect((await subgraph.request(query, { id }, rival)).data).toEqual({ upload: null });
  const reader = { scopes: ['training:read'] };
  expect(await client.put(url, 0, content, reader)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  expect(await client.offsetOf(url)).toBe(0);
});

test('an announcement that cannot be is refused by the file at fault', async () => {
  const good = announce(Buffer.from('x'), 'a/b');
  for (const [files, field] of [
    [[], 'input.files'],
    [[{ ...good, path: '../up' }], 'input.files.0.path'],
    [[{ ...good, path: '/root' }], 'input.files.0.path'],
    [[good, { ...good, path: 'a//b' }], 'input.files.1.path'],
    [[good, good], 'input.files.1.path'],
    [[good, { ...good, path: 'a/b/c' }], 'input.files.1.path'],
    [[{ ...good, sizeBytes: 0 }], 'input.files.0.sizeBytes'],
    [[{ ...good, sizeBytes: 1.5 }], 'input.files.0.sizeBytes'],
    [[{ ...good, sha256: 'ABC' }], 'input.files.0.sha256'],
  ] as const)
    expect(await client.begin(files)).toMatchObject({ __typename: 'InvalidInput', field });
  await expect(client.begin([{ ...good, sizeBytes: 1e15 }])).rejects.toThrow('STORAGE_FULL');
});

test('an upload that is abandoned or left alone is removed, and so are bytes that belong to none', async () => {
  const abandoned = await client.begin([announce(jsonl('abandoned'))]);
  await client.put(abandoned.files[0]!.url, 0, jsonl('abandoned').subarray(0, 10));
  const mutation = 'mutation ($id: ID!) { abandonUpload(id: $id) { __typename } }';
  expect((await subgraph.request(mutation, { id: abandoned.id })).data).toEqual({
    abandonUpload: { __typename: 'UploadAbandoned' },
  });
  expect(existsSync(join(uploadsFolder(), abandoned.id))).toBe(false);
  expect((await subgraph.request(mutation, { id: abandoned.id })).data).toEqual({
    abandonUpload: { __typename: 'NotFound' },
  });

  const { database, logger } = subgraph.parts;
  const left = await client.begin([announce(jsonl('left'))]);
  const kept = await client.begin([announce(jsonl('kept'))]);
  for (const { files } of [left, kept]) await client.put(files[0]!.url, 0, Buffer.from('x'));
  const stray = createUploadFiles(uploadsFolder());
  await stray.writeChunk({
    file: { uploadId: 'upload_nobody', path: 'a' },
    offset: 0,
    maxBytes: 10,
    bytes: (async function* () {
      yield Buffer.from('x');
    })(),
  });
  await database.query("update upload set expires_at = now() - interval '1 second' where id = $1", [left.id]);
  expect(await client.put(left.files[0]!.url, 1, Buffer.from('x'))).toMatchObject({ status: 404 });
  const sweeper = startUploadSweeper({ database, files: stray, everyMs: 3_600_000, logger });
  await sweeper.sweep();
  await sweeper.close();
  const remaining = await readdir(uploadsFolder());
  expect(remaining).toContain(kept.id);
  expect(remaining).not.toContain(left.id);
  expect(remaining).not.toContain('upload_nobody');
});

test('after kill -9 in mid-chunk the upload goes on where it was acknowledged, to the same content', async () => {
  const identity = await testIdentity();
  const dataDir = await mkdtemp(join(tmpdir(), 'fathom-uploads-'));
  const start = () =>
    startServiceProcess({
      service: 'training',
      databaseUrl: testDatabase.url,
      dataDir,
      identity,
      env: { TRAINING_CONCURRENCY: '0', SHIPPED_MODEL_DIR: join(dataDir, 'none') },
    });
  try {
    const content = jsonl('killed', 5_000);
    const first = await start();
    const before = createUploadClient({ ...first, identity });
    const { id, files } = await before.begin([announce(content)]);
    const { url } = files[0]!;
    await before.put(url, 0, content.subarray(0, 100_000));
    const part = await before.putPart(url, {
      offset: 100_000,
      bytes: content.subarray(100_000, 150_000),
    });
    const file = join(dataDir, 'uploads', 'training', id, 'files', 'examples.jsonl');
    await expect.poll(async () => (await readFile(file)).length, patient).toBeGreaterThan(100_000);
    await first.kill();
    await part.closed;

    const second = await start();
    const after = createUploadClient({ ...second, identity });
    expect(await after.offsetOf(url)).toBe(100_000);
    await after.put(url, 100_000, content.subarray(100_000));
    expect(await after.createDataSet({ uploadId: id })).toMatchObject({
      __typename: 'DataSet',
      exampleCount: 5_000,
      sha256: announce(content).sha256,
    });
    await second.stop();
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
