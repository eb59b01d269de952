/** Starts the engine's thread, from sources in development and from the build elsewhere. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { WorkerOptions } from './protocol.ts';

const isSource = import.meta.url.endsWith('.ts');

export function startWorkerThread(options: WorkerOptions): Worker {
  if (!isSource) return new Worker(new URL('./engine-worker.js', import.meta.url), { workerData: options });
  return new Worker(sourceEntry(new URL('./engine-worker.ts', import.meta.url)), {
    eval: true,
    workerData: options,
    execArgv: ['--conditions=development'],
  });
}

/** Node 20 does not hand `--import tsx` on to threads, so the thread registers the loader itself. */
function sourceEntry(entry: URL): string {
  const loader = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  ).href;
  return `import('${loader}').then(({ register }) => { register(); return import('${entry.href}'); });`;
}
