import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyPristineCluster } from '../testing/postgres.ts';
import { prepareBinaries } from './embedded/binaries.ts';
import { chooseServerUser } from './embedded/server-user.ts';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';

const patience = { timeout: 30_000, interval: 20 };
const isRoot = process.getuid?.() === 0;
let root: string;
let dataDir: string;
const started: EmbeddedPostgres[] = [];
const supervisors: ChildSupervisor[] = [];

beforeEach(async () => {
  // mkdtemp makes it 0700: for root's unprivileged server it is a folder under one that it must not enter.
  root = await mkdtemp(join(tmpdir(), 'fathom-embedded-'));
  dataDir = join(root, 'postgres');
});
afterEach(async () => {
  for (const { child, pid } of supervisors.splice(0)) {
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), patience);
  }
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await rm(root, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, ...options });
  started.push(server);
  return server;
}

async function run(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

/** Another process that started the server, to be killed. */
interface ChildSupervisor {
  readonly child: ChildProcess;
  /** Of the server. */
  readonly pid: number;
  readonly port: number;
  readonly url: string;
}

async function startInChild(): Promise<ChildSupervisor> {
  const program = fileURLToPath(new URL('../testing/postgres-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=development', '--import', 'tsx', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout as NodeJS.EventEmitter, 'data')) as [Buffer];
  const supervisor = { child, ...(JSON.parse(line.toString()) as Omit<ChildSupervisor, 'child'>) };
  supervisors.push(supervisor);
  return supervisor;
}

async function isAlive(pid: number): Promise<boolean> {
  const state = /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))?.[1];
  // A zombie is dead; whoever inherited it has not yet taken note.
  return state !== undefined && state !== 'Z';
}

describe('a first start', () => {
  it('keeps what was written between starts, on the port it is told', async () => {
    const first = await start();
    await run(first.url(), 'create table kept (n integer); insert into kept values (42)');
    await first.stop();
    const second = await start({ port: first.port });
    expect(second.port).toBe(first.port);
    expect(await run(second.url(), 'select n from kept')).toEqual([{ n: 42 }]);
    expect(second.version).toMatch(/^18\./);
  });

  it('refuses a folder that holds something else, or another major version, and changes nothing in it', async () => {
    await mkdir(join(dataDir, 'data'), { recursive: true });
    await writeFile(join(dataDir, 'data', 'thesis.doc'), 'years of work');
    await expect(start()).rejects.toMatchObject({ code: 'POSTGRES_DATA_INCOMPATIBLE' });
    await rm(join(dataDir, 'data', 'thesis.doc'));
    await (await start()).stop();
    await writeFile(join(dataDir, 'data', 'PG_VERSION'), '12\n');
    await expect(start()).rejects.toMatchObject({
      code: 'POSTGRES_DATA_INCOMPATIBLE',
      message: expect.stringContaining('PostgreSQL 12'),
    });
  });

  it('starts over when an earlier initdb was killed half-way', async () => {
    await mkdir(join(dataDir, 'initialising-abc', 'base'), { recursive: true });
    await start();
    expect((await readdir(dataDir)).filter((name) => name.startsWith('initialising'))).toEqual([]);
  });
});

describe('starting', () => {
  beforeEach(async () => {
    await mkdir(dataDir, { mode: 0o700 });
    await copyPristineCluster(dataDir);
  });

  it('never runs as root and listens on the loopback only', async () => {
    const server = await start();
    if (process.platform === 'linux') expect((await stat(`/proc/${server.pid}`)).uid).not.toBe(0);
    expect(await run(server.url(), 'show listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const withoutPassword = server.url().replace(/:[^:@/]+@/, ':wrong@');
    await expect(run(withoutPassword, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('creates a database once, however often it is asked', async () => {
    const server = await start();
    const urls = await Promise.all([1, 2, 3].map(() => server.createDatabase('an "odd" name')));
    expect(await run(urls[0] as string, 'select current_database() as name')).toEqual([
      { name: 'an "odd" name' },
    ]);
  });

  it('names the port that another program holds', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      code: 'POSTGRES_PORT_IN_USE',
      message: expect.stringContaining(String(port)),
    });
    other.close();
  });

  it('refuses a data folder whose server another living process supervises, and leaves that server alone', async () => {
    const other = await startInChild();
    await expect(start()).rejects.toMatchObject({
      code: 'POSTGRES_DATA_IN_USE',
      details: { pid: other.child.pid },
    });
    expect(await run(other.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('makes a new password when the file is lost', async () => {
    const first = await start();
    await run(first.url(), 'create table kept (n integer)');
    await first.stop();
    await rm(join(dataDir, 'password'));
    const second = await start();
    expect(second.url()).not.toBe(first.url());
    expect(await run(second.url(), 'select n from kept')).toEqual([]);
  });
});

describe('after a crash', () => {
  beforeEach(async () => {
    await mkdir(dataDir, { mode: 0o700 });
    await copyPristineCluster(dataDir);
  });

  it('recovers everything that was committed before the server was killed', async () => {
    const first = await start();
    await run(first.url(), 'create table kept (n integer); insert into kept select generate_series(1, 1000)');
    process.kill(first.pid, 'SIGKILL');
    expect(await first.exited).toMatchObject({ expected: false, signal: 'SIGKILL' });
    const second = await start({ port: first.port });
    expect(await run(second.url(), 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }]);
  });

  it('is not fooled by a stale process id that belongs to another program now', async () => {
    const first = await start();
    const crashed = await readFile(join(dataDir, 'data', 'postmaster.pid'), 'utf8');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    await writeFile(join(dataDir, 'data', 'postmaster.pid'), crashed.replace(/^\d+/, String(process.pid)));
    expect(await run((await start()).url(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });

  it('leaves no server behind when its supervisor is killed', async () => {
    const { child, pid } = await startInChild();
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), patience);
  });

  it('stops a server that outlived both supervisor and watchdog, and takes its place', async () => {
    const { child, pid, port } = await startInChild();
    // The watchdog is the process that has the server's id as its argument.
    for (const watchdog of await watchdogsOf(pid)) process.kill(watchdog, 'SIGKILL');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isAlive(pid)).toBe(true);
    const successor = await start({ port });
    expect(await isAlive(pid)).toBe(false);
    expect(await run(successor.url(), 'select 1 as n')).toEqual([{ n: 1 }]);
  });
});

async function watchdogsOf(pid: number): Promise<readonly number[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(
    processes.map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
  );
  return processes.filter((_, i) => commands[i]?.endsWith(`fathom-postgres-watchdog\0${pid}\0`)).map(Number);
}

describe('the programs', () => {
  const original = async () => join((await programsInPlace()).postgres, '..', '..');
  const programsInPlace = async () => prepareBinaries(await chooseServerUser(dataDir), { copyDir: root });
  const copyWithoutLinks = async (): Promise<string> => {
    const native = join(root, 'package', 'native');
    await cp(await original(), native, { recursive: true, verbatimSymlinks: true });
    await writeFile(join(root, 'package', 'package.json'), JSON.stringify({ version: '0.0.0-test' }));
    for (const name of await readdir(join(native, 'lib'))) {
      const path = join(native, 'lib', name);
      if ((await lstat(path)).isSymbolicLink()) await rm(path);
    }
    return native;
  };

  it('get the library links that npm made none of', async () => {
    const native = await copyWithoutLinks();
    await chmod(root, 0o755);
    const programs = await prepareBinaries(await chooseServerUser(dataDir), {
      copyDir: join(root, 'own'),
      native,
    });
    expect(programs).toMatchObject({
      postgres: join(native, 'bin', 'postgres'),
      version: expect.stringMatching(/^18\./),
    });
  });

  it('are copied to where they can be linked and reached when the clone is closed to the user of the server', async () => {
    const native = await copyWithoutLinks();
    await chmod(root, 0o755);
    // For root: no way in for others. For an ordinary user: no way to write the links.
    for (const folder of [join(native, 'bin'), join(native, 'lib'), native, join(root, 'package')]) {
      await chmod(folder, isRoot ? 0o700 : 0o500);
    }
    const programs = await prepareBinaries(await chooseServerUser(dataDir), {
      copyDir: join(root, 'copies'),
      sharedDirs: [join(root, 'copies')],
      native,
    });
    expect(programs.postgres).toBe(
      join(root, 'copies', `postgresql-0.0.0-test-${process.arch}`, 'native', 'bin', 'postgres'),
    );
    for (const folder of [join(root, 'package'), native, join(native, 'bin'), join(native, 'lib')])
      await chmod(folder, 0o755);
  });
});
