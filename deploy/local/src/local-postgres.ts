/** The database: the user's own if DATABASE_URL names one, else the embedded server, started again when it dies. */
import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@fathom/platform/database/embedded-postgres';
import { StartError } from './start-error.ts';

export interface LocalPostgres {
  readonly url: string;
  /** As the banner says it, for instance `embedded, port 5439`. */
  readonly origin: string;
  stop(): Promise<void>;
}

export interface LocalPostgresOptions {
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  readonly port: number;
  readonly report: (text: string) => void;
}

const restartPauseMs = 500;

/** Throws StartError with the reason if the embedded server cannot be started. */
export async function startLocalPostgres({
  databaseUrl,
  dataDir,
  port,
  report,
}: LocalPostgresOptions): Promise<LocalPostgres> {
  if (databaseUrl)
    return { url: databaseUrl, origin: `at ${new URL(databaseUrl).host}`, stop: async () => undefined };
  let server: EmbeddedPostgres;
  try {
    server = await startEmbeddedPostgres({ dataDir, port });
  } catch (cause) {
    throw new StartError(`The embedded PostgreSQL cannot start: ${(cause as Error).message}`, [], { cause });
  }
  const { url } = server;
  let stopping = false;

  async function keepAlive(): Promise<void> {
    for (;;) {
      const exit = await server.exited;
      if (exit.expected || stopping) return;
      report(`PostgreSQL ended (${exit.signal ?? `exit code ${exit.code}`}); it is started again`);
      server = await restart();
      report('PostgreSQL is back');
    }
  }

  /** On the same port, since every service knows it. */
  async function restart(): Promise<EmbeddedPostgres> {
    for (;;) {
      try {
        return await startEmbeddedPostgres({ dataDir, port: server.port });
      } catch (error) {
        report(`PostgreSQL cannot be started again: ${(error as Error).message}`);
        await delay(restartPauseMs);
        if (stopping) return server;
      }
    }
  }

  const supervised = keepAlive();
  return {
    url: url(),
    origin: `embedded, port ${server.port}`,
    async stop() {
      stopping = true;
      await server.stop();
      await supervised;
    },
  };
}
