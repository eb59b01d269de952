/** What a device is made with: what it computes on, how its engine works, and whom it tells what. */
import type { Logger } from '@fathom/platform/logging';
import type { Device } from '../devices/device.ts';
import type { ReadOutcome, TextsInFlight } from './device-texts.ts';
import type { WorkerOptions } from './protocol.ts';
import type { RequestInFlight } from './request-in-flight.ts';
import type { EngineWorker } from './worker.ts';

/** How its engine works, whatever it works on. */
export type EngineSettings = Omit<WorkerOptions, 'threads' | 'provider' | 'deviceMemoryBytes'>;

export interface EngineDeviceOptions {
  readonly device: Device;
  readonly worker: EngineSettings;
  readonly maxQueued: number;
  readonly startWorker: (options: WorkerOptions) => EngineWorker;
  readonly logger: Logger;
  /** How long a worker with work may be silent before it is taken for lost; a minute without it. */
  readonly stallMs?: number;
  readonly onTokens?: (count: number) => void;
  /** A prompt began to be computed, but for what was found in the cache. */
  readonly onPrompt?: (promptTokens: number, cachedTokens: number) => void;
  /** A resident model could not be loaded again after the worker was lost. */
  readonly onModelLost?: (versionId: string, message: string) => void;
  /** Has another replica take over a request of a lost worker; false if there is none. */
  readonly moveElsewhere?: (inFlight: RequestInFlight) => boolean;
  /** The same for texts that wait to be read. */
  readonly readElsewhere?: (texts: TextsInFlight) => Promise<ReadOutcome> | undefined;
  readonly onReady?: () => void;
}
