/**
 * A data folder of every earlier release under this one: a database at each older version of each schema of the product,
 * with rows in every table, is brought up to date and has lost nothing.
 */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brokerSchemaVersions } from '@fathom/platform/broker/embedded-schema';
import { cacheSchemaVersions } from '@fathom/platform/cache/cache-schema';
import type { Database } from '@fathom/platform/database/database';
import { migrate, migrateFolder } from '@fathom/platform/database/migrate';
import { ensureSharedSchema } from '@fathom/platform/database/shared-schema';
import { repositoryRoot } from '@fathom/platform/repository';
import { streamsSchemaVersions } from '@fathom/platform/streams/streams-schema';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, expect, test } from 'vitest';
import { serviceTable } from './service-table.ts';
import { contentOf, fillTables } from './testing/fill-tables.ts';

/** What a version takes away with intent, and why: the comment of its migration. */
const givenUp: readonly { readonly schema: string; readonly table: string; readonly by: number }[] = [
  { schema: 'training', table: 'checkpoint', by: 6 },
];

const platformFolder = join(repositoryRoot(), 'subgraphs/shared/platform/sql');
const migrationsIn = async (folder: string) =>
  (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

const olderThan = (version: number) => Array.from({ length: version - 1 }, (_, index) => index + 1);

/** The migrations of the release that had so many. */
async function upTo(version: number, folder: string): Promise<string> {
  const older = await mkdtemp(join(tmpdir(), 'fathom-older-migrations-'));
  folders.push(older);
  for (const file of (await migrationsIn(folder)).slice(0, version))
    await cp(join(folder, file), join(older, file));
  return older;
}

const testDatabase = useTestDatabase();
let databases = 0;

interface Upgrade {
  readonly schema: string;
  readonly from: number;
  readonly before: (database: Database) => Promise<void>;
  readonly after: (database: Database) => Promise<void>;
}

/** Each on a schema of its own, under its own name where it is shared by all services. */
async function expectNothingLost({ schema, from, before, after }: Upgrade): Promise<void> {
  databases += 1;
  const admin = await testDatabase.open();
  await admin.query(`create database upgrade_${databases}`);
  const url = new URL(testDatabase.url);
  url.pathname = `/upgrade_${databases}`;
  const database = await testDatabase.open({ url: url.href, schema });
  await before(database);
  await fillTables(database, schema);
  const old = await contentOf(database, schema);
  await after(database);
  const upgraded = await contentOf(database, schema);
  for (const [table, rows] of old) {
    if (givenUp.some((gone) => gone.schema === schema && gone.table === table && from < gone.by)) continue;
    const columns = Object.keys(rows[0] ?? {});
    const kept = upgraded
      .get(table)
      ?.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])));
    expect(kept, `${schema}.${table}`).toHaveLength(rows.length);
    expect(kept, `${schema}.${table}`).toEqual(expect.arrayContaining(rows));
  }
  // Nor is there anything left to do.
  await after(database);
  await database.close();
  await admin.query(`drop database upgrade_${databases} with (force)`);
}

for (const { name, entry } of serviceTable()) {
  const schema = name.replaceAll('-', '_');
  const folder = join(dirname(entry), '..', 'sql');
  test.each(olderThan((await migrationsIn(folder)).length))(
    `the tables of ${schema} at version %i are brought up to date with all that is in them`,
    (from) =>
      expectNothingLost({
        schema,
        from,
        before: async (database) => migrate(database, { directory: await upTo(from, folder) }),
        after: (database) => migrate(database, { directory: folder }),
      }),
  );
}

test.each(olderThan((await migrationsIn(platformFolder)).length))(
  'the tables that every service has, at version %i, are brought up to date with all that is in them',
  (from) =>
    expectNothingLost({
      schema: 'service',
      from,
      before: async (database) =>
        migrateFolder(database, { owner: 'platform', directory: await upTo(from, platformFolder) }),
      after: (database) => migrateFolder(database, { owner: 'platform', directory: platformFolder }),
    }),
);

const shared = { broker: brokerSchemaVersions, cache: cacheSchemaVersions, streams: streamsSchemaVersions };

for (const [schema, versions] of Object.entries(shared))
  test.each(olderThan(versions.length))(
    `the tables of ${schema}, which all services share, at version %i are brought up to date with all that is in them`,
    (from) =>
      expectNothingLost({
        schema,
        from,
        before: (database) => ensureSharedSchema(database, { schema, versions: versions.slice(0, from) }),
        after: (database) => ensureSharedSchema(database, { schema, versions }),
      }),
  );
