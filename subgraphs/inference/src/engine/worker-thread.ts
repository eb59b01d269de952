/** Starts the engine's thread, from sources in development and from the build elsewhere. */
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from './protocol.ts';

const isSource = import.meta.url.endsWith('.ts');

export function startWorkerThread(options: WorkerOptions): Worker {
  const entry = new URL(isSource ? './engine-worker.ts' : './engine-worker.js', import.meta.url);
  return new Worker(entry, {
    workerData: options,
    // A thread does not inherit loaders that were registered in code (by a test runner, for instance): it names its own.
    execArgv: isSource ? ['--conditions=development', '--import', 'tsx'] : [],
  });
}
