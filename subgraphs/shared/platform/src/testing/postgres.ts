/**
 * A fresh database for one test file: on the server named by TEST_DATABASE_URL, else on an embedded PostgreSQL that is
 * started once a test process and leaves with it.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  return { server: await startEmbeddedPostgres({ dataDir, settings: testServerSettings }), dataDir };
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
