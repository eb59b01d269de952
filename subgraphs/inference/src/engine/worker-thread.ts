import { startThread } from '@fathom/platform/worker-thread';
import type { WorkerOptions } from './protocol.ts';
import type { EngineWorker } from './worker.ts';

export function startWorkerThread(options: WorkerOptions): EngineWorker {
  return startThread(new URL('./engine-worker.ts', import.meta.url), { workerData: options });
}
