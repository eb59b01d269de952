import type { StopReason, WorkerOutcome } from './supervise-worker.ts';

/** What a job's state becomes when its worker has ended. */
export type NextMove =
  /** The state is already what it should be, or belongs to another instance. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'cancel' }
  /** Back to waiting for a worker; `afterCrash` waits a little and counts. */
  | { readonly kind: 'queue'; readonly why: string; readonly afterCrash: boolean }
  | { readonly kind: 'fail'; readonly code: string; readonly message: string };

/** A request to stop wins over how the worker took it: killed while stopping is stopped as well. */
export function nextMove(
  outcome: WorkerOutcome,
  stop: StopReason | undefined,
  /** Workers in a row that ended without a word before this one. */
  crashes = 0,
): NextMove {
  if (stop === 'LEASE_LOST' || outcome.kind === 'done') return { kind: 'nothing' };
  if (outcome.kind === 'failed') return { kind: 'fail', code: outcome.code, message: outcome.message };
  if (stop === 'STOP_REQUESTED') return { kind: 'cancel' };
  if (stop === 'SHUTTING_DOWN') return { kind: 'queue', why: 'the service is restarting', afterCrash: false };
  // Once may have been a neighbour's doing; twice in a row it needs more than there is.
  if (outcome.kind === 'died' && outcome.cause === 'OUT_OF_MEMORY' && crashes > 0) {
    const message = `two workers in a row were ended for want of memory (${outcome.detail})`;
    return { kind: 'fail', code: 'OUT_OF_MEMORY', message };
  }
  const why =
    outcome.kind === 'died' ? `its worker was lost (${outcome.detail})` : 'its worker stopped unasked';
  return { kind: 'queue', why, afterCrash: true };
}
