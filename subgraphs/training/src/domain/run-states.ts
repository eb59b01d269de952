/**
 * The states of a training run and which may follow which.
 *
 *   QUEUED -> VALIDATING -> PREPARING -> INITIALISING -> TRAINING -> EVALUATING -> REGISTERING -> COMPLETED
 *
 * From every active state a run can be PAUSED, CANCELLED or FAIL, and go back to QUEUED when its worker was lost: the
 * next worker goes through the states again, quickly up to its checkpoint. PAUSED, CANCELLED and FAILED are left by a
 * resumption; PAUSED also by a cancellation.
 */
import { defineStates } from '@fathom/platform/jobs/state-machine';

export type RunStatus =
  | 'QUEUED'
  | 'VALIDATING'
  | 'PREPARING'
  | 'INITIALISING'
  | 'TRAINING'
  | 'EVALUATING'
  | 'REGISTERING'
  | 'COMPLETED'
  | 'PAUSED'
  | 'CANCELLED'
  | 'FAILED';

/** Why training ended; a run that did not finish training has none. */
export type StopReason = 'CONVERGED' | 'EARLY_STOPPED' | 'STEPS_SPENT' | 'TOKENS_SPENT' | 'TIME_SPENT';

const interrupted = ['QUEUED', 'PAUSED', 'CANCELLED', 'FAILED'] as const;

export const runStates = defineStates<RunStatus>(
  {
    QUEUED: ['VALIDATING', 'PAUSED', 'CANCELLED', 'FAILED'],
    VALIDATING: ['PREPARING', ...interrupted],
    PREPARING: ['INITIALISING', ...interrupted],
    INITIALISING: ['TRAINING', ...interrupted],
    TRAINING: ['EVALUATING', ...interrupted],
    EVALUATING: ['REGISTERING', ...interrupted],
    REGISTERING: ['COMPLETED', ...interrupted],
    COMPLETED: [],
    PAUSED: ['QUEUED', 'CANCELLED'],
    CANCELLED: ['QUEUED'],
    FAILED: ['QUEUED'],
  },
  { resting: ['COMPLETED', 'PAUSED', 'CANCELLED', 'FAILED'] },
);
