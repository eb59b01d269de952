import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Database } from '@fathom/platform/database/database';
import { AppError } from '@fathom/platform/errors';
import type { Logger } from '@fathom/platform/logging';

export interface ConsumerParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
}

/** Whether a message that met this error is worth delivering again: a damaged artifact stays damaged, a lost disk may come back. */
export function mayMendItself(error: unknown): boolean {
  return !(error instanceof AppError) || error.retryable;
}
