/**
 * The files of one embedded PostgreSQL:
 *
 *     <dataDir>/data/          the cluster; exists complete or not at all (made aside, then renamed)
 *     <dataDir>/password       of the superuser `fathom`, 0600
 *     <dataDir>/postgres.log   what the server says; kept to two files of 10 MB
 *     <dataDir>/owner.json     which process started the server
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Binaries } from './binaries.ts';
import { raiseEmbedded } from './errors.ts';
import { type ServerUser, spawnIdentity } from './server-user.ts';

export interface Cluster {
  readonly dataDir: string;
  readonly clusterDir: string;
  readonly user: ServerUser;
  readonly password: string;
}

export const superuser = 'fathom';
const maxLogBytes = 10 * 1024 * 1024;

export const clusterDirOf = (dataDir: string): string => join(dataDir, 'data');
export const logFileOf = (dataDir: string): string => join(dataDir, 'postgres.log');

/**
 * How a server that runs as another user names its data folder. Root may enter any folder and the child inherits it as
 * its working directory; through /proc/self/cwd it needs no permission on the folders above (such as a 0700 /root).
 */
export function dataFolderArgument(cluster: Pick<Cluster, 'clusterDir' | 'user'>): string {
  return cluster.user.kind === 'other' && process.platform === 'linux'
    ? '/proc/self/cwd'
    : cluster.clusterDir;
}

/** The environment of initdb and postgres: nothing of ours leaks in, and no locale of the machine matters. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** The cluster in `dataDir`, made now if there is none. Throws POSTGRES_DATA_INCOMPATIBLE or STORAGE_FULL. */
export async function openCluster(dataDir: string, user: ServerUser, binaries: Binaries): Promise<Cluster> {
  const clusterDir = clusterDirOf(dataDir);
  const passwordFile = join(dataDir, 'password');
  const version = await readFile(join(clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) {
    await refuseForeignFiles(clusterDir);
    const password = randomBytes(24).toString('base64url');
    await writeFile(passwordFile, password, { mode: 0o600 });
    await initialise({ dataDir, clusterDir, user, password }, binaries);
    return { dataDir, clusterDir, user, password };
  }
  if (version.trim() !== binaries.version.split('.')[0]) {
    throw raiseEmbedded('POSTGRES_DATA_INCOMPATIBLE', {
      because: `${clusterDir} was written by PostgreSQL ${version.trim()} and this is ${binaries.version}. Move the folder away, or dump it with the old release and restore it`,
    });
  }
  const password = await readFile(passwordFile, 'utf8').catch(() => undefined);
  if (password !== undefined) return { dataDir, clusterDir, user, password: password.trim() };
  const cluster = { dataDir, clusterDir, user, password: randomBytes(24).toString('base64url') };
  await resetPassword(cluster, binaries);
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  return cluster;
}

async function refuseForeignFiles(clusterDir: string): Promise<void> {
  const files = await readdir(clusterDir).catch(() => []);
  if (files.length === 0) return;
  throw raiseEmbedded('POSTGRES_DATA_INCOMPATIBLE', {
    because: `${clusterDir} holds files (${files.slice(0, 3).join(', ')}) but no PG_VERSION, so it is not a PostgreSQL cluster`,
  });
}

/** initdb works aside: killed half-way it leaves a folder that the next start removes, never half a cluster. */
async function initialise(cluster: Cluster, binaries: Binaries): Promise<void> {
  const { dataDir, clusterDir, user, password } = cluster;
  for (const entry of await readdir(dataDir)) {
    if (entry.startsWith('initialising-')) await rm(join(dataDir, entry), { recursive: true, force: true });
  }
  const staging = await mkdtemp(join(dataDir, 'initialising-'));
  const secretDir = await mkdtemp(join(tmpdir(), 'fathom-initdb-'));
  const passwordFile = join(secretDir, 'password');
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user.kind === 'other')
      for (const path of [staging, secretDir, passwordFile]) await chown(path, user.uid, user.gid);
    const folder = dataFolderArgument({ clusterDir: staging, user });
    const options = [
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ];
    await promisify(execFile)(
      binaries.initdb,
      ['-D', folder, '-U', superuser, `--pwfile=${passwordFile}`, '--no-instructions', ...options],
      { ...spawnIdentity(user), cwd: staging, env: serverEnvironment },
    );
    await rm(clusterDir, { recursive: true, force: true });
    await rename(staging, clusterDir);
  } catch (cause) {
    const said = String((cause as { stderr?: unknown }).stderr ?? '').trim();
    if (isDiskFull(said))
      throw raiseEmbedded('STORAGE_FULL', { because: `making a database in ${dataDir}`, cause });
    throw raiseEmbedded('POSTGRES_START_FAILED', {
      because: `initdb in ${dataDir}: ${said.split('\n').at(-1) ?? ''}`,
      cause,
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
    await rm(secretDir, { recursive: true, force: true });
  }
}

/** A lost password file does not lock anybody out: single-user mode asks for none. */
async function resetPassword(cluster: Cluster, binaries: Binaries): Promise<void> {
  const child = spawn(binaries.postgres, ['--single', '-D', dataFolderArgument(cluster), 'postgres'], {
    ...spawnIdentity(cluster.user),
    cwd: cluster.clusterDir,
    env: serverEnvironment,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.end(`ALTER ROLE ${superuser} PASSWORD '${cluster.password}'\n`);
  let said = '';
  for await (const chunk of child.stderr) said += String(chunk);
  if (/\b(FATAL|PANIC|ERROR):/.test(said)) {
    throw raiseEmbedded('POSTGRES_START_FAILED', {
      because: `the password file is missing and could not be renewed: ${said.trim()}`,
    });
  }
}

export function isDiskFull(text: string): boolean {
  return text.includes('No space left on device') || text.includes('Disk quota exceeded');
}

/** Makes `dataDir` and rotates a large log. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await chmod(dataDir, 0o700);
    const log = await lstat(logFileOf(dataDir)).catch(() => undefined);
    if (log && log.size > maxLogBytes) await rename(logFileOf(dataDir), `${logFileOf(dataDir)}.1`);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOSPC')
      throw raiseEmbedded('STORAGE_FULL', { because: dataDir, cause });
    throw raiseEmbedded('POSTGRES_START_FAILED', {
      because: `cannot write the data folder ${dataDir}`,
      cause,
    });
  }
}

export async function fileSize(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
