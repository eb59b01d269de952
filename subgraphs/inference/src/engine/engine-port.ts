import type { FromWorker, ToWorker } from './protocol.ts';

/** A worker's end of the channel to the service. */
export interface EnginePort {
  postMessage(message: FromWorker): void;
  /** Once, for all that comes. */
  listen(listener: (message: ToWorker) => void): void;
  /** Hears at once what has come; without it a message is heard in a turn of the event loop only. */
  takeMessages?(): void;
  close(): void;
}
