/**
 * The data folder and its lock: one supervisor at a time, or two servers would write the same files.
 *
 *   .fathom/  lock  running.json  postgres/  artifacts/  keys/ (0700)  logs/ (0700)
 *
 * The lock is a file that names its holder. It is made by link(2), which fails if it exists; a lock whose holder is
 * dead is renamed away first, which only one of several contenders can do.
 */
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from './start-error.ts';

export interface DataFolder {
  readonly path: string;
  readonly keys: string;
  readonly logs: string;
  readonly postgres: string;
  /** Tells other processes (the CLI, tests) where the product listens, while it runs. */
  announce(running: Running): Promise<void>;
  /** Gives the lock back. */
  release(): Promise<void>;
}

export interface Running {
  readonly pid: number;
  /** The gateway's /graphql. */
  readonly url: string;
  /** Each service's base URL. */
  readonly services: Readonly<Record<string, string>>;
}

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same id. */
  readonly startedAt: string;
}

/** Makes the folder and takes its lock. Throws StartError if it cannot be written or another supervisor holds it. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const keys = join(path, 'keys');
  const logs = join(path, 'logs');
  const runningFile = join(path, 'running.json');
  await makeFolders(path, keys, logs);
  const lock = join(path, 'lock');
  await takeLock(lock);
  return {
    path,
    keys,
    logs,
    postgres: join(path, 'postgres'),
    announce: (running) => writeFile(runningFile, `${JSON.stringify(running, null, 2)}\n`),
    async release() {
      await rm(runningFile, { force: true });
      await rm(lock, { force: true });
    },
  };
}

async function makeFolders(path: string, keys: string, logs: string): Promise<void> {
  try {
    // Not private itself: as root, PostgreSQL runs as another user and has to reach its own folder in here.
    await mkdir(path, { recursive: true });
    await mkdir(keys, { recursive: true, mode: 0o700 });
    await mkdir(logs, { recursive: true, mode: 0o700 });
    await writeFile(join(path, '.gitignore'), '*\n');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOSPC' ? 'the disk is full' : code === 'EACCES' ? 'this user may not write there' : message;
    throw new StartError(
      `The data folder ${path} cannot be used: ${why}. Set FATHOM_HOME to another folder.`,
      [],
      { cause },
    );
  }
}

async function takeLock(lock: string): Promise<void> {
  const mine: Holder = { pid: process.pid, startedAt: await processStart(process.pid) };
  const offer = `${lock}.${process.pid}`;
  await writeFile(offer, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      try {
        await link(offer, lock);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readHolder(lock);
      if (holder && (await isAlive(holder))) throw held(lock, holder.pid);
      await removeStale(lock, holder);
    }
    throw new StartError(
      `The lock ${lock} could not be taken. Remove it if no other Fathom uses this folder.`,
    );
  } finally {
    await rm(offer, { force: true });
  }
}

function held(lock: string, pid: number): StartError {
  return new StartError(
    `Fathom is already running here: process ${pid} holds ${lock}. Stop it, or set FATHOM_HOME, PORT and POSTGRES_PORT for a second one.`,
  );
}

/** Undefined if the lock is gone, or is no lock that anybody could have written. */
async function readHolder(lock: string): Promise<Holder | undefined> {
  try {
    const { pid, startedAt } = JSON.parse(await readFile(lock, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

async function removeStale(lock: string, stale: Holder | undefined): Promise<void> {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    await rename(lock, aside);
  } catch {
    return; // Another contender was faster.
  }
  const moved = await readHolder(aside);
  // It may have been replaced by a living holder's since it was read: that one goes back.
  if (moved && moved.pid !== stale?.pid) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const startedAt = await processStart(holder.pid);
  return startedAt === '' || holder.startedAt === '' || startedAt === holder.startedAt;
}

/** The kernel's start time of a process (field 22 of /proc/<pid>/stat); empty where there is no /proc. */
async function processStart(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses and may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
