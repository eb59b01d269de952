import type { WorkerOptions } from './protocol.ts';
import type { EngineWorker } from './worker.ts';
import { startWorkerProcess } from './worker-process.ts';
import { startWorkerThread } from './worker-thread.ts';

/** A thread for the processor, a process for anything with a driver that may take its process down. */
export function startWorker(options: WorkerOptions): EngineWorker {
  const isProcessor = options.provider === undefined || options.provider.kind === 'cpu';
  return isProcessor ? startWorkerThread(options) : startWorkerProcess(options);
}
