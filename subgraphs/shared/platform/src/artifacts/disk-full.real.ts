/** A disk that is really full, and what the artifact store makes of it. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillDisk, smallDisk } from '../testing/small-disk.ts';
import { createFileArtifactStore } from './file-artifact-store.ts';

describe('an artifact store on a full disk', () => {
  it('says STORAGE_FULL, keeps no half of the artifact, and takes it when there is space', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fathom-disk-full-'));
    const directory = join(smallDisk(), 'artifacts');
    await mkdir(directory);
    try {
      const store = createFileArtifactStore({ directory });
      await writeFile(join(root, 'weights'), Buffer.alloc(4_000_000, 7));
      const giveBack = await fillDisk(directory, 1_000_000);
      await expect(store.put(root)).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
      expect((await readdir(directory)).sort()).toEqual(['.staging', 'ballast']);
      expect(await readdir(join(directory, '.staging'))).toEqual([]);
      await giveBack();
      const { uri } = await store.put(root);
      expect(await readFile(join(await store.fetch(uri), 'weights'))).toHaveLength(4_000_000);
    } finally {
      await rm(directory, { recursive: true, force: true });
      await rm(root, { recursive: true, force: true });
    }
  });
});
