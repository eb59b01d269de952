/** Every code that inference answers with, beside the platform's. The README lists the same codes; a test compares. */
import { defineErrors, type ErrorTable } from '@fathom/platform/errors';

export const inferenceErrors = {
  INVALID_CURSOR: {
    message:
      'The cursor does not belong to this generation. Pass the `cursor` of one of its own events, or none.',
    status: 400,
  },
  STREAM_EXPIRED: {
    message:
      'The events of this generation are no longer kept. Query `generation(id)`: its text and tokens are.',
    status: 410,
  },
  MODEL_NOT_READY: {
    message:
      'No version of the default model can answer yet. Retry shortly; `deployments` says what it is waiting for.',
    status: 503,
    retryable: true,
  },
  MODEL_FAULT: {
    message: 'The model version computed no usable result. Ask another version, and report this one.',
    status: 500,
  },
  DEADLINE_EXCEEDED: {
    message: 'The deadline that was asked for passed before the text was whole. What there is of it is kept.',
    status: 504,
  },
  CONTEXT_EXCEEDED: {
    message: 'Prompt and completion are longer than what the model can hold here. Shorten the prompt.',
    status: 400,
  },
  RESPONSE_FORMAT_FAILED: {
    message: 'The form that was asked for leaves nothing that could come next. Loosen it.',
    status: 422,
  },
  DEVICE_LOST: {
    message:
      'The device was lost repeatedly while it computed this generation. Retry; if it persists, try another model.',
    status: 503,
    retryable: true,
  },
  MEMORY_EXHAUSTED: {
    message:
      'No device had the memory to compute this. Shorten the prompt or the texts, or retry when less is computed.',
    status: 503,
    retryable: true,
  },
  DEVICES_DOWN: {
    message: 'No device computes at present; nothing was started. Try again after `retryAfterMs`.',
    status: 503,
    retryable: true,
  },
  INVALID_INPUT: {
    message: 'A value of the input is outside what is allowed.',
    status: 400,
  },
  UNKNOWN_MODEL: {
    message: 'No such model, alias or version is served here.',
    status: 404,
  },
  OVERLOADED: {
    message: 'The queue is full; nothing was started. Try again after `retryAfterMs`.',
    status: 429,
    retryable: true,
  },
} as const satisfies ErrorTable;

export const raise = defineErrors(inferenceErrors);
