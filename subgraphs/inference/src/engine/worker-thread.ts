import type { Worker } from 'node:worker_threads';
import { startThread } from '@fathom/platform/worker-thread';
import type { WorkerOptions } from './protocol.ts';

export function startWorkerThread(options: WorkerOptions): Worker {
  return startThread(new URL('./engine-worker.ts', import.meta.url), { workerData: options });
}
