import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, testServerSettings } from '../testing/postgres.ts';
import { type DatabaseTarget, databaseContract } from './database.contract.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

describe('the embedded PostgreSQL', () => {
  databaseContract(openEmbeddedTarget);
});

const serverUrl = process.env.TEST_DATABASE_URL;
const restartCommand = process.env.TEST_DATABASE_RESTART;

if (serverUrl || process.env.FATHOM_REQUIRE_REAL === '1') {
  describe('the installed PostgreSQL', () => {
    it('is named by TEST_DATABASE_URL, and the command that kills and restarts it by TEST_DATABASE_RESTART', () => {
      expect(serverUrl).toMatch(/^postgres(ql)?:/);
      expect(restartCommand).toBeTruthy();
    });
    databaseContract(openInstalledTarget);
  });
}

async function openEmbeddedTarget(): Promise<DatabaseTarget> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fathom-contract-postgres-'));
  let server = await startEmbeddedPostgres({ dataDir, settings: testServerSettings });
  return {
    url: server.url(),
    restart: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await startEmbeddedPostgres({ dataDir, port: server.port, settings: testServerSettings });
    },
    close: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function openInstalledTarget(): Promise<DatabaseTarget> {
  const { url, drop } = await createTestDatabase();
  return {
    url,
    restart: async () => {
      await promisify(execFile)('/bin/sh', ['-c', restartCommand as string]);
    },
    close: drop,
  };
}
