/**
 * Starts everything, watches over it, stops it.
 *
 * Order: lock -> ports -> keys -> (build | database) -> all services at once -> each /readyz -> a question to the gateway
 * -> banner. Whatever fails on the way ends the start with its reason, and all that was started is stopped again. Once the
 * banner was shown, nothing ends the supervisor but its user: what dies is started again.
 * Stopping: the gateway first (clients are told to come back), then the subgraphs, the database last.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import { readAdminKey } from './admin-key.ts';
import { awaitReady } from './await-ready.ts';
import { formatBanner } from './banner.ts';
import { buildServices } from './build-services.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import type { LocalEnv } from './env.ts';
import { startLocalPostgres } from './local-postgres.ts';
import { openLogFile } from './log-file.ts';
import { ManagedService } from './managed-service.ts';
import { createNews, type News } from './news.ts';
import { choosePorts } from './ports.ts';
import { type ServiceDefinition, signers, type Wiring } from './service-table.ts';
import { openSigningKeys } from './signing-keys.ts';
import { StartError } from './start-error.ts';
import type { Terminal } from './terminal.ts';

export interface SupervisorOptions {
  readonly env: LocalEnv;
  readonly services: readonly ServiceDefinition[];
  readonly terminal: Terminal;
  /** Aborts a start under way. */
  readonly signal: AbortSignal;
  /** Work of the first start that goes on beside the rest and must be done before the banner. */
  readonly prepare?: (() => Promise<void>) | undefined;
}

export interface Supervisor {
  /** The gateway's base URL. */
  readonly url: string;
  readonly services: readonly ManagedService[];
  stop(): Promise<void>;
  /** At once and without manners, the database excepted. */
  kill(): void;
}

/** What was started, in order; stopping goes backwards. */
type Undo = (() => Promise<unknown>)[];

/** Throws StartError, with everything stopped again, if any part does not come up. */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const undo: Undo = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const { url, services } = await start(options, undo);
    const kill = () => {
      for (const service of services) service.kill();
    };
    return { url, services, stop, kill };
  } catch (error) {
    options.terminal.status('');
    await stop();
    throw error;
  }
}

async function start(
  { env, services: table, terminal, signal, prepare }: SupervisorOptions,
  undo: Undo,
): Promise<Pick<Supervisor, 'url' | 'services'>> {
  const startedAt = performance.now();
  const folder = await openDataFolder(env.home);
  undo.push(() => folder.release());
  const ports = await choosePorts(wantedPorts(env, table));
  const baseUrl = (name: string) =>
    `http://${name === 'gateway' ? localAddress(env.host) : '127.0.0.1'}:${ports.get(name)}`;
  const news = createNews(terminal);

  const building = buildServices({
    entries: table.map(({ entry }) => entry),
    outputFolder: join(folder.path, 'build'),
    packages: join(repositoryRoot(), 'node_modules'),
  });
  building.catch(() => undefined); // Awaited below; the database comes first, so that a failed build can stop it.
  const preparing = prepare?.();
  preparing?.catch(() => undefined); // As above.
  terminal.status(
    existsSync(folder.postgres) || env.databaseUrl
      ? 'Starting the database …'
      : 'First start: making the database …',
  );
  const postgres = await startLocalPostgres({
    databaseUrl: env.databaseUrl,
    dataDir: folder.postgres,
    port: ports.get('postgres') ?? 0,
    report: terminal.warn,
  });
  undo.push(() => postgres.stop());

  const launch: Launch = {
    env,
    folder,
    ports,
    baseUrl,
    built: await building,
    databaseUrl: postgres.url,
    news,
  };
  const services = await startServices(table, launch, undo);
  const ready = await awaitReady({
    services,
    baseUrl,
    failed: news.firstFailure,
    terminal,
    signal,
    timeoutMs: env.startTimeoutMs,
  });
  await preparing;
  const adminKey = await readAdminKey(adminKeyFile(folder));
  await askGateway(baseUrl('gateway'), adminKey.value);

  const gatewayUrl = baseUrl('gateway');
  await folder.announce({
    pid: process.pid,
    url: `${gatewayUrl}/graphql`,
    services: Object.fromEntries(table.map(({ name }) => [name, baseUrl(name)])),
  });
  // Before the banner: what dies behind it is told from its first line on.
  news.started();
  terminal.write(
    formatBanner({
      services: ready,
      gatewayUrl,
      ms: performance.now() - startedAt,
      databaseOrigin: postgres.origin,
      dataFolder: folder.path,
      adminKey: { file: adminKeyFile(folder), value: adminKey.isNew ? adminKey.value : undefined },
    }),
  );
  await adminKey.markShown();
  return { url: gatewayUrl, services };
}

interface Launch {
  readonly env: LocalEnv;
  readonly folder: DataFolder;
  readonly ports: ReadonlyMap<string, number>;
  readonly baseUrl: (name: string) => string;
  /** From a service's entry to its built file. */
  readonly built: ReadonlyMap<string, string>;
  readonly databaseUrl: string;
  readonly news: News;
}

async function startServices(
  table: readonly ServiceDefinition[],
  launch: Launch,
  undo: Undo,
): Promise<readonly ManagedService[]> {
  const { env, folder, ports, baseUrl, built, databaseUrl, news } = launch;
  const keys = await openSigningKeys(folder.keys, signers);
  const wiring: Wiring = {
    baseUrl,
    privateJwk: (name) => JSON.stringify(keys.privateJwks.get(name)),
    subgraphs: table.map(({ name }) => name).filter((name) => name !== 'gateway'),
    bootstrapKeyFile: adminKeyFile(folder),
    host: env.host,
  };
  const common = {
    ...env.inherited,
    HOST: '127.0.0.1',
    DATABASE_URL: databaseUrl,
    FATHOM_DATA_DIR: folder.path,
    IDENTITY_JWKS: JSON.stringify(keys.jwks),
    IDENTITY_PROOF_KEY: keys.proofKey,
  };
  const services: ManagedService[] = [];
  for (const { name, entry, environment } of table) {
    const log = await openLogFile({ folder: folder.logs, name, onLine: (line) => news.line(name, line) });
    undo.push(() => log.close());
    services.push(
      new ManagedService({
        name,
        file: built.get(entry) as string,
        log,
        env: { ...common, PORT: String(ports.get(name)), ...environment(wiring) },
        onChange: (state) => news.change(name, state),
      }),
    );
  }
  const isGateway = ({ name }: ManagedService) => name === 'gateway';
  undo.push(() =>
    Promise.all(services.filter((service) => !isGateway(service)).map((service) => service.stop())),
  );
  undo.push(() => Promise.all(services.filter(isGateway).map((service) => service.stop())));
  for (const service of services) service.start();
  return services;
}

const adminKeyFile = (folder: DataFolder): string => join(folder.keys, 'admin');

/** Where a server that listens on this address is reached from this machine. */
function localAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function wantedPorts(env: LocalEnv, table: readonly ServiceDefinition[]) {
  const services = table.map(({ name }) =>
    name === 'gateway'
      ? { part: name, host: env.host, port: env.gatewayPort }
      : { part: name, host: '127.0.0.1', port: env.servicePorts[name] ?? 0 },
  );
  const postgres = { part: 'postgres', host: '127.0.0.1', port: env.postgresPort };
  return env.databaseUrl === undefined ? [...services, postgres] : services;
}

/** The last proof before the banner: the way that every user takes works. */
async function askGateway(baseUrl: string, apiKey: string): Promise<void> {
  const response = await fetch(`${baseUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ query: '{ __typename }' }),
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await response.text();
  if (!response.ok || answer.includes('"errors"')) {
    throw new StartError(`The gateway refuses the admin key or does not answer (HTTP ${response.status}).`, [
      answer.slice(0, 500),
    ]);
  }
}
