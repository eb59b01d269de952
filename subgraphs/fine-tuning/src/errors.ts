import type { ErrorTable } from '@fathom/platform/errors';

/**
 * The codes of jobs that failed (`failureCode`), beside the platform's. README.md lists the same; a test keeps them
 * equal.
 */
export const errors = {
  DATA_SET_INVALID: {
    message: 'The examples cannot be trained on. Correct them and start a new job.',
    status: 422,
  },
  MODEL_INVALID: {
    message: 'The files of the base version are not a model. Start from a sound version.',
    status: 422,
  },
  LOSS_NOT_FINITE: {
    message: 'The loss became infinite or not a number. Lower the learning rate in a new job.',
    status: 422,
  },
  CHECKPOINT_CORRUPT: { message: 'The saved state of the job is damaged. Start the job anew.', status: 422 },
  MEMORY_INSUFFICIENT: {
    message:
      'The job would need more memory than there is; its detail has the sum. Lower the batch size or shorten the examples.',
    status: 422,
  },
  OUT_OF_MEMORY: {
    message:
      'The kernel ended the worker for want of memory, twice in a row. Give it more, or start a job with smaller batches.',
    status: 500,
    retryable: true,
  },
  WORKER_DIED: {
    message:
      'Workers ended without a word several times in a row. Look for memory pressure, then start the job anew.',
    status: 500,
  },
  ARTIFACT_CORRUPT: {
    message: 'A stored file differs from its recorded hash. Restore it from a backup.',
    status: 500,
  },
  REGISTRATION_REFUSED: {
    message: 'The registry does not take the adapter; the detail says why.',
    status: 409,
  },
} as const satisfies ErrorTable;
