/**
 * The states of a fine-tuning job and which may follow which.
 *
 *   QUEUED -> PREPARING -> TRAINING -> EVALUATING -> REGISTERING -> COMPLETED
 *
 * Up to EVALUATING a worker does the job: it can be CANCELLED, FAIL, and go back to QUEUED when its worker was lost. In
 * REGISTERING the adapter is stored and announced; the registry's answer completes or fails the job.
 */
import { defineStates } from '@fathom/platform/jobs/state-machine';

export type JobStatus =
  | 'QUEUED'
  | 'PREPARING'
  | 'TRAINING'
  | 'EVALUATING'
  | 'REGISTERING'
  | 'COMPLETED'
  | 'CANCELLED'
  | 'FAILED';

const interrupted = ['QUEUED', 'CANCELLED', 'FAILED'] as const;

export const jobStates = defineStates<JobStatus>(
  {
    QUEUED: ['PREPARING', 'CANCELLED', 'FAILED'],
    PREPARING: ['TRAINING', ...interrupted],
    TRAINING: ['EVALUATING', ...interrupted],
    EVALUATING: ['REGISTERING', ...interrupted],
    REGISTERING: ['COMPLETED', 'FAILED'],
    COMPLETED: [],
    CANCELLED: [],
    FAILED: [],
  },
  { resting: ['COMPLETED', 'CANCELLED', 'FAILED'] },
);

/** The states in which a worker is, or has to be, at work. */
export const workedStates: readonly JobStatus[] = ['QUEUED', 'PREPARING', 'TRAINING', 'EVALUATING'];
