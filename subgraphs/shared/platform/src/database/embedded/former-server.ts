/**
 * What a former start left behind in a data folder, and how to get it out of the way.
 *
 * PostgreSQL's own check trusts `kill(pid, 0)`: after a crash, a process of the same user that happens to have got the
 * old process id makes it refuse to start. Here the process is asked who it is.
 */
import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from '../../logging.ts';
import { raiseEmbedded } from './errors.ts';

const ownerFileOf = (dataDir: string): string => join(dataDir, 'owner.json');

/** The first line of `postmaster.pid`, whether or not that process still lives. */
export async function recordedPostmaster(clusterDir: string): Promise<number | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const pid = Number(text?.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

export async function recordOwner(dataDir: string): Promise<void> {
  await writeFile(ownerFileOf(dataDir), JSON.stringify({ pid: process.pid }), { mode: 0o600 });
}

export async function forgetOwner(dataDir: string): Promise<void> {
  await rm(ownerFileOf(dataDir), { force: true });
}

/**
 * Stops a server whose supervisor died, removes a stale `postmaster.pid`.
 * Throws POSTGRES_DATA_IN_USE if the supervisor of a running server still lives.
 */
export async function clearFormerServer(
  dataDir: string,
  clusterDir: string,
  logger: Logger | undefined,
): Promise<void> {
  const pid = await recordedPostmaster(clusterDir);
  if (pid === undefined) return;
  if (!(await isPostmasterOf(pid, clusterDir))) {
    logger?.warn({ pid }, 'PostgreSQL did not stop cleanly last time; it recovers from its log now');
    await rm(join(clusterDir, 'postmaster.pid'), { force: true });
    return;
  }
  const ownerPid = await ownerOf(dataDir);
  if (ownerPid !== undefined && ownerPid !== process.pid && isAlive(ownerPid)) {
    throw raiseEmbedded('POSTGRES_DATA_IN_USE', {
      because: `${dataDir}, process ${ownerPid}`,
      details: { pid: ownerPid },
    });
  }
  if (ownerPid === process.pid) {
    throw raiseEmbedded('POSTGRES_DATA_IN_USE', { because: `${dataDir}, this very process` });
  }
  logger?.warn({ pid }, 'Stopping a PostgreSQL whose supervisor died');
  await stopProcess(pid, () => isPostmasterOf(pid, clusterDir));
}

/** Fast shutdown first, then immediate, then kill; returns when the process is gone. */
export async function stopProcess(pid: number, isRunning: () => Promise<boolean> | boolean): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!sendSignal(pid, signal)) return;
    const until = Date.now() + patienceMs;
    while (Date.now() < until) {
      if (!(await isRunning())) return;
      await delay(20);
    }
  }
  throw raiseEmbedded('POSTGRES_DATA_IN_USE', { because: `process ${pid} does not stop` });
}

/** False if there is no such process. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return sendSignal(pid, 0);
  } catch {
    // EPERM: somebody else's process, so it lives.
    return true;
  }
}

async function ownerOf(dataDir: string): Promise<number | undefined> {
  const text = await readFile(ownerFileOf(dataDir), 'utf8').catch(() => '{}');
  try {
    const { pid } = JSON.parse(text) as { pid?: unknown };
    return typeof pid === 'number' ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** A postmaster works in its data folder; on systems without /proc its name has to do. */
async function isPostmasterOf(pid: number, clusterDir: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return folder !== undefined && folder === (await realpath(clusterDir).catch(() => undefined));
  }
  const { stdout } = await promisify(execFile)('ps', ['-p', String(pid), '-o', 'comm=']).catch(() => ({
    stdout: '',
  }));
  return stdout.includes('postgres');
}
