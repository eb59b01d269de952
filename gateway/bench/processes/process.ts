/**
 * Processes of a benchmark: each is a fork of a file beside this one, bundled, and given its configuration as JSON. It says
 * `{ ready }` once and answers `cpu` with the CPU it used since its start and `memory` with what it holds, so that each is
 * measured alone.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { buildProcess } from './build.ts';

export interface BenchProcess<Ready> {
  readonly ready: Ready;
  /** User and system time of all its threads, microseconds. */
  cpuMicros(): Promise<number>;
  /** What it holds of the machine's memory, its garbage collected. */
  memoryBytes(): Promise<number>;
  /** A figure of its own. */
  ask(what: string): Promise<number>;
  stop(): Promise<void>;
}

/** Throws when it ends before it is ready. */
export async function startBenchProcess<Ready>(
  file: string,
  configuration: object,
): Promise<BenchProcess<Ready>> {
  const child = fork(await buildProcess(file), [JSON.stringify(configuration)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, APOLLO_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  });
  const { ready } = (await messageOf(child)) as { ready: Ready };
  async function ask(what: string): Promise<number> {
    const answered = messageOf(child);
    child.send(what);
    return ((await answered) as { readonly value: number }).value;
  }

  return {
    ready,
    cpuMicros: () => ask('cpu'),
    memoryBytes: () => ask('memory'),
    ask,
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

export function configurationOf<Configuration>(): Configuration {
  return JSON.parse(process.argv[2] ?? '{}') as Configuration;
}

const common: Readonly<Record<string, () => number>> = {
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  memory() {
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
};

/** For the child. It lives as long as whoever started it. */
export function serve(ready: object, figures: Readonly<Record<string, () => number>> = {}): void {
  process.on('message', (what: string) => {
    process.send?.({ value: (figures[what] ?? common[what])?.() });
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready });
}
