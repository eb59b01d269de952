/** A worker process's end of the channel to the service, as a worker thread has it. */
import type { EnginePort } from './engine-port.ts';
import type { ToWorker, WorkerOptions } from './protocol.ts';
import type { WorkerFault } from './worker-process.ts';

export function openProcessPort(): { readonly port: EnginePort; readonly options: WorkerOptions } {
  const [, , argument] = process.argv;
  if (!process.send || argument === undefined)
    throw new Error('engine-worker runs as a worker thread or as a child of the service only.');
  // Without the service there is nobody to compute for.
  process.on('disconnect', () => process.exit(0));
  process.on('uncaughtException', (error) => {
    const fault: WorkerFault = { type: 'fault', message: error.message };
    process.send?.(fault, undefined, undefined, () => process.exit(1));
  });
  return {
    // Written by a service of the same release, which has checked it.
    options: JSON.parse(argument) as WorkerOptions,
    port: {
      postMessage: (message) => void process.send?.(message),
      listen: (listener) => void process.on('message', (message) => listener(message as ToWorker)),
      close: () => process.disconnect(),
    },
  };
}
