import { defineErrors, type ErrorTable } from '@fathom/platform/errors';

/**
 * The codes of this service, beside the platform's: of GraphQL errors, and of runs that failed (`failureCode`).
 * README.md lists the same; a test keeps them equal.
 */
export const errors = {
  DATA_SET_INVALID: {
    message: 'The data set cannot be trained on. Store a corrected one and start a new run.',
    status: 422,
  },
  DATA_SET_CONTENT_MISSING: {
    message:
      'Only the record of this data set is kept, not its examples. Store them as a data set of your own.',
    status: 422,
  },
  MODEL_INVALID: {
    message: 'The files of the version to continue from are not a model. Register a sound one.',
    status: 422,
  },
  MODEL_CHECK_CRASHED: {
    message:
      'The process that loaded the model ended without a result. Make sure that it fits into memory, then register it again.',
    status: 422,
  },
  LOSS_NOT_FINITE: {
    message: 'The loss became infinite or not a number. Lower the learning rate or add warm-up in a new run.',
    status: 422,
  },
  CHECKPOINT_CORRUPT: {
    message:
      'The last checkpoint is damaged and is no longer counted on. Resume to go on from the one before it.',
    status: 422,
  },
  MEMORY_INSUFFICIENT: {
    message:
      'The run would need more memory than there is; its detail has the sum. Lower the batch size or shorten the examples.',
    status: 422,
  },
  OUT_OF_MEMORY: {
    message:
      'The kernel ended the worker for want of memory, twice in a row. Give it more, or start a run with smaller batches.',
    status: 500,
    retryable: true,
  },
  WORKER_DIED: {
    message:
      'Workers ended without a word several times in a row. Look for memory pressure, then resume the run.',
    status: 500,
    retryable: true,
  },
  ARTIFACT_CORRUPT: {
    message: 'A stored file differs from its recorded hash. Restore it from a backup.',
    status: 500,
  },
  UPLOAD_NOT_FOUND: {
    message: 'There is no such file of an upload under way; it may have expired. Begin the upload again.',
    status: 404,
  },
  UPLOAD_OFFSET_MISMATCH: {
    message: 'The chunk does not begin where the one before ended. Continue at `offset`.',
    status: 409,
    retryable: true,
  },
  TOO_MANY_UPLOADS: {
    message: 'Your tenant has too many uploads under way. Complete or abandon some.',
    status: 429,
    retryable: true,
  },
} as const satisfies ErrorTable;

export type TrainingErrorCode = keyof typeof errors;

export const raise = defineErrors(errors);
