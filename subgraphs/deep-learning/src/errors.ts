import { defineErrors, type ErrorTable } from '@fathom/platform/errors';

/** The codes of this service, beside the platform's. README.md lists the same; a test keeps them equal. */
export const errors = {
  EMBEDDER_UNAVAILABLE: {
    message: 'The sentence encoder was lost and is being restarted. Retry shortly.',
    status: 503,
    retryable: true,
  },
  EMBEDDER_OVERLOADED: {
    message: 'Too many sentences wait for the encoder. Retry after `retryAfterMs`.',
    status: 503,
    retryable: true,
  },
} as const satisfies ErrorTable;

export const raise = defineErrors(errors);
