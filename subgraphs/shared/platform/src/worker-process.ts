/** Starts a child process for work that may take its process down, from sources in development and from the build elsewhere. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

export interface ProcessOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * `entry` is written as for `startThread`. Messages are structured clones, as between threads; what the child prints comes by
 * its `stderr`. It should end by itself when its channel is closed.
 */
export function startProcess(
  entry: URL,
  { args = [], env = process.env }: ProcessOptions = {},
): ChildProcess {
  const isEntrySource = isSource && entry.href.endsWith('.ts');
  const file = isEntrySource ? entry.href : entry.href.replace(/\.ts$/, '.js');
  return fork(fileURLToPath(file), args, {
    env,
    execArgv: isEntrySource ? ['--conditions=development', '--import', sourceLoader()] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function sourceLoader(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
