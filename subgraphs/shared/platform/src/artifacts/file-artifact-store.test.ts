import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileArtifactStore } from './file-artifact-store.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fathom-artifacts-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

async function createFolder(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(root, 'source-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

const openStore = () => createFileArtifactStore({ directory: join(root, 'store') });

async function storedFile(uri: string, path: string): Promise<string> {
  const file = join(root, 'store', uri.replace('artifact:', ''), path);
  await chmod(file, 0o644);
  return file;
}

describe('putting', () => {
  it('gives back the same files under a URI that names their content', async () => {
    const store = openStore();
    const source = await createFolder({
      'model.safetensors': new Uint8Array([1, 2, 3]),
      'nested/deep/config.json': '{}',
    });
    const { uri, sizeBytes } = await store.put(source);
    expect(uri).toMatch(/^artifact:sha256-[0-9a-f]{64}$/);
    expect(sizeBytes).toBe(5);
    const folder = await store.fetch(uri);
    expect([...(await readFile(join(folder, 'model.safetensors')))]).toEqual([1, 2, 3]);
    expect(await readFile(join(folder, 'nested/deep/config.json'), 'utf8')).toBe('{}');
  });

  it('stores equal content once, whatever folder it came from', async () => {
    const store = openStore();
    const first = await store.put(await createFolder({ b: 'two', a: 'one' }));
    const second = await store.put(await createFolder({ a: 'one', b: 'two' }));
    expect(second).toEqual(first);
    expect((await readdir(join(root, 'store'))).sort()).toEqual([
      '.staging',
      first.uri.replace('artifact:', ''),
    ]);
  });

  it('gives other content, or the same content under another name, another URI', async () => {
    const store = openStore();
    const uris = [];
    for (const files of [{ a: 'one' }, { a: 'two' }, { b: 'one' }])
      uris.push((await store.put(await createFolder(files))).uri);
    expect(new Set(uris).size).toBe(3);
  });

  it('takes a single file as a folder of one', async () => {
    const store = openStore();
    const folder = await createFolder({ 'data.csv': 'a,b' });
    const { uri } = await store.put(join(folder, 'data.csv'));
    expect(uri).toBe((await store.put(folder)).uri);
  });

  it('follows links and stores what they point to', async () => {
    const store = openStore();
    const folder = await createFolder({ blob: 'content' });
    const linked = await createFolder({});
    await symlink(join(folder, 'blob'), join(linked, 'weights'));
    const { uri } = await store.put(linked);
    await rm(folder, { recursive: true });
    expect(await readFile(join(await store.fetch(uri), 'weights'), 'utf8')).toBe('content');
  });

  it('refuses a link to a folder instead of leaving its files out', async () => {
    const linked = await createFolder({ a: 'one' });
    await symlink(await createFolder({ b: 'two' }), join(linked, 'more'));
    await expect(openStore().put(linked)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  it('survives two processes that store the same content at the same moment', async () => {
    const stores = [openStore(), openStore(), openStore()];
    const source = await createFolder({ a: 'x'.repeat(100_000) });
    const stored = await Promise.all(stores.map((store) => store.put(source)));
    expect(new Set(stored.map(({ uri }) => uri)).size).toBe(1);
    expect(await readdir(join(root, 'store/.staging'))).toEqual([]);
  });

  it('leaves nothing behind when the source cannot be read', async () => {
    const store = openStore();
    await expect(store.put(join(root, 'missing'))).rejects.toThrow('ENOENT');
    await expect(store.put(await createFolder({}))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await readdir(join(root, 'store'))).toEqual(['.staging']);
    expect(await readdir(join(root, 'store/.staging'))).toEqual([]);
  });

  it('removes what a killed process left in staging a day ago, and not what another process is writing now', async () => {
    const store = openStore();
    const [old, fresh] = [join(root, 'store/.staging/old'), join(root, 'store/.staging/fresh')];
    for (const folder of [old, fresh]) await mkdir(folder, { recursive: true });
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
    await utimes(old, twoDaysAgo, twoDaysAgo);
    await store.put(await createFolder({ a: 'one' }));
    expect(await readdir(join(root, 'store/.staging'))).toEqual(['fresh']);
  });
});

describe('fetching', () => {
  it('names the file whose bytes changed', async () => {
    const store = openStore();
    const { uri } = await store.put(
      await createFolder({ 'config.json': '{}', 'nested/weights.bin': 'abcd' }),
    );
    await writeFile(await storedFile(uri, 'files/nested/weights.bin'), 'abcX');
    await expect(store.fetch(uri)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { uri, file: 'nested/weights.bin' },
      message: expect.stringContaining('nested/weights.bin'),
    });
  });

  it('names the file that was cut short, and how short', async () => {
    const store = openStore();
    const { uri } = await store.put(await createFolder({ weights: 'abcd' }));
    await writeFile(await storedFile(uri, 'files/weights'), 'ab');
    await expect(store.fetch(uri)).rejects.toThrow('it has 2 bytes instead of 4');
  });

  it('names the file that is missing, and one that was added', async () => {
    const store = openStore();
    const first = await store.put(await createFolder({ a: '1', b: '2' }));
    await rm(await storedFile(first.uri, 'files/b'));
    await expect(store.fetch(first.uri)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { file: 'b' },
    });
    const second = await store.put(await createFolder({ a: '1' }));
    await writeFile(join(await store.fetch(second.uri), 'extra'), '');
    await expect(store.fetch(second.uri)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { file: 'extra' },
    });
  });

  it('does not believe a manifest that was changed together with its file', async () => {
    const store = openStore();
    const { uri } = await store.put(await createFolder({ a: 'one' }));
    const other = await store.put(await createFolder({ a: 'two' }));
    for (const path of ['files/a', 'manifest.json']) {
      await writeFile(await storedFile(uri, path), await readFile(await storedFile(other.uri, path)));
    }
    await expect(store.fetch(uri)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { file: 'manifest.json' },
    });
  });

  it('is healed by storing the same content again', async () => {
    const store = openStore();
    const source = await createFolder({ weights: 'abcd' });
    const { uri } = await store.put(source);
    await writeFile(await storedFile(uri, 'files/weights'), 'abcX');
    expect((await store.put(source)).uri).toBe(uri);
    expect(await readFile(join(await store.fetch(uri), 'weights'), 'utf8')).toBe('abcd');
  });

  it('says NOT_FOUND for an unknown artifact and BAD_USER_INPUT for what is no URI', async () => {
    const store = openStore();
    await expect(store.fetch(`artifact:sha256-${'0'.repeat(64)}`)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    for (const uri of ['', 'artifact:sha256-../../etc', 'file:///etc/passwd']) {
      await expect(store.fetch(uri)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
  });
});
