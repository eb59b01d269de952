/**
 * A real PostgreSQL server out of `node_modules`, as a child process: nothing to install, data kept between starts.
 *
 * It runs as root (handing the server to an unprivileged user) and as an ordinary user, recovers from `kill -9`, and
 * leaves no orphan: a watchdog holds the other end of a pipe and stops the server when this process ends, however it
 * ends. States: starting -> ready -> (stopping ->) exited; `exited` tells a supervisor to start it again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../logging.ts';
import { type Binaries, prepareBinaries } from './embedded/binaries.ts';
import {
  type Cluster,
  clusterDirOf,
  dataFolderArgument,
  fileSize,
  isDiskFull,
  logFileOf,
  openCluster,
  prepareDataDir,
  serverEnvironment,
  superuser,
} from './embedded/cluster.ts';
import { raiseEmbedded } from './embedded/errors.ts';
import { clearFormerServer, forgetOwner, recordOwner, stopProcess } from './embedded/former-server.ts';
import { chooseServerUser, spawnIdentity } from './embedded/server-user.ts';

export interface EmbeddedPostgresOptions {
  /** Made if missing. One server at a time. */
  readonly dataDir: string;
  /** 0, the default, takes a free one. Only 127.0.0.1 listens. */
  readonly port?: number;
  readonly logger?: Logger | undefined;
  /** Server settings beside the defaults, for instance `{ fsync: 'off' }` in tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface EmbeddedPostgres {
  /** For instance `18.4`. */
  readonly version: string;
  readonly port: number;
  /** The postmaster. */
  readonly pid: number;
  /** Connection string, password included, of a database of this server. `fathom` exists from the start. */
  url(database?: string): string;
  /** Creates the database unless it exists; its connection string. */
  createDatabase(name: string): Promise<string>;
  /** Resolves when the server process is gone, asked or not. */
  readonly exited: Promise<ServerExit>;
  /** Ends connections, writes a checkpoint, stops. Does nothing the second time. */
  stop(): Promise<void>;
}

export interface ServerExit {
  /** True if `stop` was called. */
  readonly expected: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // Six services with a pool of ten and a listener each, the tools, and room for a second instance of each.
  max_connections: '200',
  log_line_prefix: '%m [%p] %q%a@%d ',
  log_checkpoints: 'off',
};
const startTimeoutMs = 60_000;
const initialDatabase = 'fathom';

/** Throws an AppError of `embeddedPostgresErrors` that names the port, the folder or the program at fault. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const clusterDir = clusterDirOf(dataDir);
  await prepareDataDir(dataDir);
  await clearFormerServer(dataDir, clusterDir, options.logger);
  const user = await chooseServerUser(clusterDir);
  const binaries = await prepareBinaries(user, { copyDir: join(dirname(dataDir), 'programs') });
  const cluster = await openCluster(dataDir, user, binaries);
  await recordOwner(dataDir);
  const server = await launchUntilReady(cluster, binaries, options);
  const postgres = createHandle(server, cluster, binaries.version);
  await postgres.createDatabase(initialDatabase);
  options.logger?.info({ port: server.port, version: binaries.version }, 'Embedded PostgreSQL is ready');
  return postgres;
}

interface RunningServer {
  readonly child: ChildProcess;
  readonly port: number;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Some refusals pass by themselves: a crashed server's memory not yet freed, a free port that was taken meanwhile. */
async function launchUntilReady(
  cluster: Cluster,
  binaries: Binaries,
  { port: wantedPort = 0, settings = {} }: EmbeddedPostgresOptions,
): Promise<RunningServer> {
  const until = Date.now() + startTimeoutMs;
  for (;;) {
    const port = await reservePort(wantedPort);
    const logStart = await fileSize(logFileOf(cluster.dataDir));
    const server = await launch(cluster, binaries, { ...defaultSettings, ...settings, port: String(port) });
    const outcome = await Promise.race([
      server.exited.then(() => 'exited' as const),
      acceptsConnections(connectionString(cluster, port, 'postgres'), until),
    ]);
    if (outcome === 'ready') return server;
    const said = (await readFile(logFileOf(cluster.dataDir))).subarray(logStart).toString('utf8');
    if (outcome === 'timeout') await stopProcess(server.child.pid as number, () => isRunning(server.child));
    const passes =
      said.includes('pre-existing shared memory block') ||
      (wantedPort === 0 && said.includes('could not bind'));
    if (!passes || outcome === 'timeout' || Date.now() > until) throw explain(said, cluster, port);
    await delay(100);
  }
}

async function launch(
  cluster: Cluster,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const log = await open(logFileOf(cluster.dataDir), 'a', 0o600);
  try {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(binaries.postgres, ['-D', dataFolderArgument(cluster), ...flags], {
      ...spawnIdentity(cluster.user),
      cwd: cluster.clusterDir,
      env: serverEnvironment,
      stdio: ['ignore', log.fd, log.fd],
      // Its own process group: Ctrl-C in the terminal must reach the services first and the database last.
      detached: true,
    });
    const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((settle) => {
      child.once('error', () => settle({ code: null, signal: null }));
      child.once('exit', (code, signal) => settle({ code, signal }));
    });
    if (child.pid !== undefined) watch(child.pid, exited);
    child.unref();
    return { child, port: Number(settings.port), exited };
  } finally {
    await log.close();
  }
}

/** A shell that waits for our end of its pipe to close, which the kernel does even after `kill -9`. */
function watch(pid: number, exited: Promise<unknown>): void {
  if (process.platform === 'win32') return;
  const watchdog = spawn(
    '/bin/sh',
    ['-c', 'read -r _; kill -INT "$1"', 'fathom-postgres-watchdog', String(pid)],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    },
  );
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  void exited.then(() => watchdog.kill('SIGKILL'));
}

async function acceptsConnections(url: string, untilMs: number): Promise<'ready' | 'timeout'> {
  while (Date.now() < untilMs) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return 'ready';
    } catch {
      await delay(15);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return 'timeout';
}

function createHandle(server: RunningServer, cluster: Cluster, version: string): EmbeddedPostgres {
  const pid = server.child.pid as number;
  let stopping: Promise<void> | undefined;
  const url = (database = initialDatabase) => connectionString(cluster, server.port, database);
  const stop = async () => {
    if (isRunning(server.child)) await stopProcess(pid, () => isRunning(server.child));
    await server.exited;
    await forgetOwner(cluster.dataDir);
  };
  return {
    version,
    port: server.port,
    pid,
    url,
    createDatabase: async (name) => {
      await createDatabase(url('postgres'), name);
      return url(name);
    },
    exited: server.exited.then((exit) => ({ ...exit, expected: stopping !== undefined })),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function createDatabase(maintenanceUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (cause) {
    if ((cause as { code?: string }).code === '53100')
      throw raiseEmbedded('STORAGE_FULL', { because: `database ${name}`, cause });
    // Two creators at once: the other one made it.
    if (!['42P04', '23505'].includes((cause as { code?: string }).code ?? '')) throw cause;
  } finally {
    await client.end();
  }
}

function connectionString(cluster: Cluster, port: number, database: string): string {
  return `postgres://${superuser}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
}

/** The port itself, or a free one for 0. Throws POSTGRES_PORT_IN_USE. */
async function reservePort(wanted: number): Promise<number> {
  const probe = createServer();
  try {
    return await new Promise<number>((settle, fail) => {
      probe.once('error', fail);
      probe.listen(wanted, '127.0.0.1', () => settle((probe.address() as { port: number }).port));
    });
  } catch (cause) {
    throw raiseEmbedded('POSTGRES_PORT_IN_USE', {
      because: `port ${wanted}`,
      details: { port: wanted },
      cause,
    });
  } finally {
    probe.close();
  }
}

function explain(said: string, cluster: Cluster, port: number): Error {
  if (isDiskFull(said)) return raiseEmbedded('STORAGE_FULL', { because: cluster.dataDir });
  if (said.includes('could not bind'))
    return raiseEmbedded('POSTGRES_PORT_IN_USE', { because: `port ${port}`, details: { port } });
  const fatal = said.split('\n').filter((line) => /\b(FATAL|PANIC):/.test(line));
  return raiseEmbedded('POSTGRES_START_FAILED', {
    because: `${fatal.at(-1)?.replace(/^.*?(FATAL|PANIC): +/, '') ?? 'it gave no reason'} (${logFileOf(cluster.dataDir)} has it all)`,
  });
}
