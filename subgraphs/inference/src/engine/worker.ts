import type { FromWorker, ToWorker } from './protocol.ts';

/**
 * Where a device's engine runs. A thread for the processor: what fails there is JavaScript's own, and memory is shared. A
 * process for a GPU: a driver that crashes takes down the process that it is in.
 */
export interface EngineWorker {
  postMessage(message: ToWorker): void;
  on(event: 'message', listener: (message: FromWorker) => void): unknown;
  /** A fault that the worker could still name; it ends with it. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Once, whatever ended it. */
  on(event: 'exit', listener: (how: number | string) => void): unknown;
  /** Resolves when it is gone. */
  terminate(): Promise<unknown>;
}
