import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../database/embedded-postgres.ts';
import { testServerSettings } from './postgres.ts';

/** A PostgreSQL server of its own, for tests that kill it. */
export interface KillablePostgres {
  /** The same before and after a kill. */
  readonly url: string;
  /** SIGKILL to the postmaster, then a new start on the same port and data. */
  killAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKillablePostgres(): Promise<KillablePostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fathom-killable-postgres-'));
  let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir, settings: testServerSettings });
  const { port } = server;
  return {
    url: server.url(),
    killAndRestart: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await startEmbeddedPostgres({ dataDir, port, settings: testServerSettings });
    },
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
