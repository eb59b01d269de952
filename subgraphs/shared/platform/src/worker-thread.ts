/** Starts a worker thread, from sources in development and from the build elsewhere. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

const isSource = import.meta.url.endsWith('.ts');

/**
 * `entry` is written `new URL('./x.ts', import.meta.url)` by its caller. A bundle has its own URL in that place, and beside
 * compiled files lies a compiled `x.js`. Node 20 does not hand `--import tsx` on to threads, so from sources the thread
 * registers the loader itself.
 */
export function startThread(entry: URL, options: WorkerOptions = {}): Worker {
  if (!isSource) return new Worker(new URL(entry.href.replace(/\.ts$/, '.js')), options);
  const loader = pathToFileURL(
    createRequire(import.meta.url)
      .resolve('tsx/esm/api')
      .replace(/cjs$/, 'mjs'),
  ).href;
  const register = `import('${loader}').then(({ register }) => { register(); return import('${entry.href}'); });`;
  return new Worker(register, { ...options, eval: true, execArgv: ['--conditions=development'] });
}
