/** What every artifact store does, run for each of them. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from './artifact-store.ts';

export interface OpenedStore {
  /** A store as another process would open it, with nothing kept in its memory. */
  readonly open: () => ArtifactStore;
  /** Changes what is stored of an artifact, behind the store's back; null removes it. Copies elsewhere are not touched. */
  readonly damage: (uri: string, path: string, content: string | null) => Promise<void>;
  readonly close?: () => Promise<void>;
}

export function describeArtifactStore(name: string, start: (folder: string) => Promise<OpenedStore>): void {
  describe(`an artifact store on ${name}`, () => {
    let root: string;
    let opened: OpenedStore;

    beforeEach(async () => {
      root = await mkdtemp(join(tmpdir(), 'fathom-artifacts-'));
      opened = await start(root);
    });
    afterEach(async () => {
      await opened.close?.();
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

    it('gives back the same files under a URI that names their content', async () => {
      const source = await createFolder({
        'model.safetensors': new Uint8Array([1, 2, 3]),
        'nested/deep/with space & plus+.json': '{}',
        empty: '',
      });
      const { uri, sizeBytes } = await opened.open().put(source);
      expect(uri).toMatch(/^artifact:sha256-[0-9a-f]{64}$/);
      expect(sizeBytes).toBe(5);
      const folder = await opened.open().fetch(uri);
      expect([...(await readFile(join(folder, 'model.safetensors')))]).toEqual([1, 2, 3]);
      expect(await readFile(join(folder, 'nested/deep/with space & plus+.json'), 'utf8')).toBe('{}');
      expect(await readFile(join(folder, 'empty'), 'utf8')).toBe('');
    });

    it('gives a file of many megabytes back to the byte', async () => {
      const bytes = Buffer.alloc(40_000_000);
      for (let at = 0; at < bytes.length; at += 4)
        bytes.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
      const { uri, sizeBytes } = await opened.open().put(await createFolder({ 'weights.bin': bytes }));
      expect(sizeBytes).toBe(40_000_000);
      const fetched = await readFile(join(await opened.open().fetch(uri), 'weights.bin'));
      expect(fetched.equals(bytes)).toBe(true);
    });

    it('names equal content alike, whatever folder it came from, and other content or names otherwise', async () => {
      const store = opened.open();
      const uriOf = async (files: Record<string, string>) => (await store.put(await createFolder(files))).uri;
      expect(await uriOf({ b: 'two', a: 'one' })).toBe(await uriOf({ a: 'one', b: 'two' }));
      const uris = [await uriOf({ a: 'one' }), await uriOf({ a: 'two' }), await uriOf({ b: 'one' })];
      expect(new Set(uris).size).toBe(3);
    });

    it('takes a single file as a folder of one, and follows links', async () => {
      const store = opened.open();
      const folder = await createFolder({ 'data.csv': 'a,b' });
      const { uri } = await store.put(join(folder, 'data.csv'));
      expect(uri).toBe((await store.put(folder)).uri);
      const linked = await createFolder({});
      await symlink(join(folder, 'data.csv'), join(linked, 'data.csv'));
      expect((await store.put(linked)).uri).toBe(uri);
    });

    it('refuses a folder without files, and a link to a folder instead of leaving its files out', async () => {
      const store = opened.open();
      await expect(store.put(await createFolder({}))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      const linked = await createFolder({ a: 'one' });
      await symlink(await createFolder({ b: 'two' }), join(linked, 'more'));
      await expect(store.put(linked)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    });

    it('stores the same content from several processes at the same moment', async () => {
      const source = await createFolder({ a: 'x'.repeat(100_000) });
      const stored = await Promise.all(Array.from({ length: 3 }, () => opened.open().put(source)));
      expect(new Set(stored.map(({ uri }) => uri)).size).toBe(1);
      expect(await readdir(await opened.open().fetch(stored[0]!.uri))).toEqual(['a']);
    });

    it('names the file whose bytes changed, that was cut short, or that is missing', async () => {
      const changes = [
        ['abcX', 'its hash differs'],
        ['ab', 'it has 2 bytes instead of 4'],
        [null, 'it is missing'],
      ] as const;
      for (const [at, [content, what]] of changes.entries()) {
        const files = { 'config.json': `${at}`, 'nested/weights': 'abcd' };
        const { uri } = await opened.open().put(await createFolder(files));
        await opened.damage(uri, 'files/nested/weights', content);
        const fetching = opened.open().fetch(uri);
        await expect(fetching).rejects.toMatchObject({
          code: 'ARTIFACT_CORRUPT',
          details: { uri, file: 'nested/weights' },
          message: expect.stringContaining(what),
        });
      }
    });

    it('does not believe a manifest that was changed', async () => {
      const { uri } = await opened.open().put(await createFolder({ a: 'one' }));
      await opened.damage(uri, 'manifest.json', '{"version":1,"files":[]}');
      await expect(opened.open().fetch(uri)).rejects.toMatchObject({
        code: 'ARTIFACT_CORRUPT',
        details: { file: 'manifest.json' },
      });
    });

    it('is healed by storing the same content again where a file is missing', async () => {
      const source = await createFolder({ weights: 'abcd', other: 'x' });
      const { uri } = await opened.open().put(source);
      await opened.damage(uri, 'files/weights', null);
      expect((await opened.open().put(source)).uri).toBe(uri);
      expect(await readFile(join(await opened.open().fetch(uri), 'weights'), 'utf8')).toBe('abcd');
    });

    it('forgets what is removed, and nothing else', async () => {
      const store = opened.open();
      const kept = await store.put(await createFolder({ a: 'kept' }));
      const gone = await store.put(await createFolder({ a: 'gone' }));
      await store.fetch(gone.uri);
      await store.remove(gone.uri);
      await store.remove(gone.uri);
      await expect(store.fetch(gone.uri)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await readFile(join(await store.fetch(kept.uri), 'a'), 'utf8')).toBe('kept');
      expect((await store.put(await createFolder({ a: 'gone' }))).uri).toBe(gone.uri);
      expect(await readFile(join(await store.fetch(gone.uri), 'a'), 'utf8')).toBe('gone');
    });

    it('says NOT_FOUND for an unknown artifact and BAD_USER_INPUT for what is no URI', async () => {
      const store = opened.open();
      const unknown = `artifact:sha256-${'0'.repeat(64)}`;
      await expect(store.fetch(unknown)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        details: { uri: unknown },
      });
      for (const uri of ['', 'artifact:sha256-../../etc', 'file:///etc/passwd']) {
        await expect(store.fetch(uri)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
        await expect(store.remove(uri)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      }
      await store.ping();
    });
  });
}
