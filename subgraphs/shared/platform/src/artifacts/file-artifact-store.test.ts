import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeArtifactStore } from './artifact-store.contract.ts';
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

describeArtifactStore('a disk', async (folder) => {
  const directory = join(folder, 'store');
  return {
    open: () => createFileArtifactStore({ directory }),
    async damage(uri, path, content) {
      const file = join(directory, uri.replace('artifact:', ''), path);
      await chmod(file, 0o644);
      if (content === null) await rm(file);
      else await writeFile(file, content);
    },
  };
});

describe('an artifact store on a disk, beside the contract', () => {
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
});
