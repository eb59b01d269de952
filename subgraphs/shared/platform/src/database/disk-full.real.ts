/** A disk that is really full: PostgreSQL's own answer, and what the product makes of it. */
import { chown, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillDisk, smallDisk } from '../testing/small-disk.ts';
import { openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

describe('a full disk', () => {
  let root: string;
  let disk: string;
  const toClose: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fathom-disk-full-'));
    disk = join(smallDisk(), 'database');
    await mkdir(disk, { mode: 0o755 });
  });
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
    await rm(disk, { recursive: true, force: true });
    await rm(root, { recursive: true, force: true });
  });

  it('is STORAGE_FULL to the writer, harms nothing that was stored, and writing goes on when there is space again', async () => {
    const server = await startEmbeddedPostgres({ dataDir: join(root, 'postgres') });
    toClose.push(() => server.stop());
    const tables = join(disk, 'tables');
    await mkdir(tables, { mode: 0o700 });
    // Under root the server runs as somebody else.
    const { uid, gid } = await stat(join(root, 'postgres', 'data'));
    await chown(tables, uid, gid);
    const database = await openDatabase({ url: server.url(), schema: 'test', applicationName: 'test' });
    toClose.push(() => database.close());
    await database.query(`create tablespace small location '${tables}'`);
    await database.query('create table kept (n integer, filler text) tablespace small');
    await database.query('insert into kept values (1, null)');
    const giveBack = await fillDisk(disk, 2_000_000);
    const writing = database.transaction((tx) =>
      tx.query(`insert into kept select n, repeat(md5(n::text), 50) from generate_series(1, 20000) as n`),
    );
    await expect(writing).rejects.toMatchObject({ code: 'STORAGE_FULL', retryable: true });
    expect(await database.query('select n from kept')).toEqual([{ n: 1 }]);
    await giveBack();
    await database.query(
      `insert into kept select n, repeat(md5(n::text), 50) from generate_series(2, 5000) as n`,
    );
    expect(await database.one('select count(*)::int as n from kept')).toEqual({ n: 5_000 });
  });

  it('is STORAGE_FULL to a first start, which succeeds when there is space', async () => {
    const giveBack = await fillDisk(disk, 5_000_000);
    const dataDir = join(disk, 'postgres');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    await giveBack();
    const server = await startEmbeddedPostgres({ dataDir });
    await server.stop();
  });
});
