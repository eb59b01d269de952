import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import type { LeaseQueue } from '@fathom/platform/jobs/lease-queue';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';

/** What the actions work with. */
export interface Jobs {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly progress: ProgressStream;
  readonly queue: Pick<LeaseQueue, 'requestStop'>;
  /** Tells the workers' side that there is something to do. */
  readonly wake: () => void;
  /** How long a cancellation waits for the step under way. */
  readonly cancelWaitMs: number;
}
