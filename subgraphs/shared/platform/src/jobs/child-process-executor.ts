/** Workers as child processes of the service, at a lower priority than whatever serves requests. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '../logging.ts';
import { repositoryRoot } from '../repository.ts';
import { createSystemMemory, type SystemMemory } from '../system-memory.ts';
import type { JobExecutor, WorkerExit, WorkerHandle } from './job-executor.ts';

export interface ChildProcessExecutorOptions {
  /** Absolute path of the worker's module. */
  readonly entry: string;
  /** What the worker may read of the environment. Nothing else is passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** 0 to 19; at 10 a contended core goes to serving for about nine tenths. */
  readonly niceness: number;
  /** Told of every worker started; tests kill them by it. */
  readonly onStart?: (pid: number) => void;
  /** Where the kernel's out-of-memory killer counts; the system's own when left out. */
  readonly memory?: Pick<SystemMemory, 'oomKills'>;
}

const passedOn = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LD_LIBRARY_PATH'];

export function createChildProcessExecutor(options: ChildProcessExecutorOptions): JobExecutor {
  const { entry, logger, memory = createSystemMemory() } = options;
  return {
    implementation: 'child process',
    start(specification) {
      const child = spawn(process.execPath, [...loaderArguments(entry), entry], {
        cwd: repositoryRoot(),
        env: { ...inherited(), ...options.env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      lowerPriority(child.pid, options);
      if (child.pid !== undefined) options.onStart?.(child.pid);
      // A worker that died before it read its specification shows in its exit, not as a broken pipe here.
      child.stdin.on('error', (error) => logger.debug({ err: error }, 'a worker closed its input'));
      child.stdin.write(`${JSON.stringify(specification)}\n`);
      return childHandle(child, { logger, memory });
    },
    async check() {
      try {
        await access(entry);
        return { ok: true, detail: 'child processes at low priority' };
      } catch {
        return { ok: false, detail: `the worker's module ${entry} is missing` };
      }
    },
  };
}

function childHandle(
  child: ChildProcessWithoutNullStreams,
  { logger, memory }: { logger: Logger; memory: Pick<SystemMemory, 'oomKills'> },
): WorkerHandle {
  const oomKillsBefore = memory.oomKills();
  let killedHere = false;
  // The kernel says how many processes it killed, not which: one that nobody here killed, and one more on the count.
  const ranOutOfMemory = (signal: NodeJS.Signals | null): boolean => {
    const now = memory.oomKills();
    return (
      signal === 'SIGKILL' && !killedHere && now !== null && oomKillsBefore !== null && now > oomKillsBefore
    );
  };
  const name = `pid ${child.pid ?? 'none'}`;
  let lastWords = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    lastWords = line.trim() || lastWords;
    logger.debug({ worker: name, line }, 'worker');
  });
  const exited = new Promise<WorkerExit>((resolve) => {
    child.once('error', (error) => resolve({ detail: `could not start: ${error.message}` }));
    child.once('close', (code, signal) => {
      const how = signal ? `ended by ${signal}` : `exit code ${code}`;
      if (ranOutOfMemory(signal)) {
        const detail = `${how} of the kernel's out-of-memory killer`;
        return resolve({ detail, cause: 'OUT_OF_MEMORY' });
      }
      resolve({ detail: lastWords && !signal ? `${how}: ${lastWords}` : how });
    });
  });
  return {
    name,
    messages: jsonLines(child, logger),
    stop: () => void child.stdin.write('{"type":"stop"}\n'),
    kill: () => {
      killedHere = true;
      child.kill('SIGKILL');
    },
    exited,
  };
}

async function* jsonLines(child: ChildProcessWithoutNullStreams, logger: Logger): AsyncGenerator<unknown> {
  for await (const line of createInterface({ input: child.stdout })) {
    try {
      yield JSON.parse(line) as unknown;
    } catch {
      // A library that prints to stdout, or the half line of a killed worker.
      logger.warn({ line: line.slice(0, 200) }, 'a worker wrote a line that is not JSON');
    }
  }
}

function loaderArguments(entry: string): readonly string[] {
  return extname(entry) === '.ts' ? ['--conditions=development', '--import', 'tsx'] : [];
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    passedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

function lowerPriority(pid: number | undefined, { niceness, logger }: ChildProcessExecutorOptions): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, niceness);
  } catch (error) {
    logger.debug({ err: error }, 'the priority of a worker could not be lowered');
  }
}
