/**
 * The states of a training run and which may follow which.
 *
 *   QUEUED -> VALIDATING -> PREPARING -> INITIALISING -> TRAINING -> EVALUATING -> REGISTERING -> COMPLETED
 *
 * From every active state a run can be CANCELLED or FAIL, and go back to QUEUED when its worker was lost: the next
 * worker goes through the states again, quickly up to its checkpoint. CANCELLED and FAILED are left by a resumption.
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
  | 'CANCELLED'
  | 'FAILED';

const interrupted = ['QUEUED', 'CANCELLED', 'FAILED'] as const;

export const runStates = defineStates<RunStatus>(
  {
    QUEUED: ['VALIDATING', 'CANCELLED', 'FAILED'],
    VALIDATING: ['PREPARING', ...interrupted],
    PREPARING: ['INITIALISING', ...interrupted],
    INITIALISING: ['TRAINING', ...interrupted],
    TRAINING: ['EVALUATING', ...interrupted],
    EVALUATING: ['REGISTERING', ...interrupted],
    REGISTERING: ['COMPLETED', ...interrupted],
    COMPLETED: [],
    CANCELLED: ['QUEUED'],
    FAILED: ['QUEUED'],
  },
  { resting: ['COMPLETED', 'CANCELLED', 'FAILED'] },
);
