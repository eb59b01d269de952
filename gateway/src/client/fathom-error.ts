/** What went wrong, by its stable code, whichever way it was told: an error of the graph, a closed socket, no socket. */
import type { GraphQLFormattedError } from 'graphql';

export interface FathomErrorOptions {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class FathomError extends Error {
  override readonly name = 'FathomError';
  /** For instance `RATE_LIMITED`; `CONNECTION_LOST` if there was no answer at all. */
  readonly code: string;
  readonly retryable: boolean;
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor({ code, message, retryable, extensions = {}, cause }: FathomErrorOptions) {
    super(message, { cause });
    this.code = code;
    this.retryable = retryable;
    this.extensions = extensions;
  }

  static of(error: unknown): FathomError {
    if (error instanceof FathomError) return error;
    // graphql-ws throws the list of errors that refused an operation.
    const first: unknown = Array.isArray(error) ? error[0] : error;
    if (isGraphQLError(first)) {
      const { code, retryable } = first.extensions ?? {};
      return new FathomError({
        code: typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR',
        message: first.message,
        retryable: retryable === true,
        extensions: first.extensions ?? {},
        cause: error,
      });
    }
    if (isCloseEvent(first)) {
      const refused = first.code >= 4400 && first.code < 4500;
      return new FathomError({
        code: refused ? first.reason || 'UNAUTHENTICATED' : 'CONNECTION_LOST',
        message: `The connection was closed (${first.code} ${first.reason}).`,
        retryable: !refused,
        cause: error,
      });
    }
    const message = messageOf(first);
    return new FathomError({
      code: 'CONNECTION_LOST',
      message: `The gateway cannot be reached: ${message}`,
      retryable: true,
      cause: error,
    });
  }
}

function isGraphQLError(value: unknown): value is GraphQLFormattedError {
  return typeof value === 'object' && value !== null && 'message' in value && 'extensions' in value;
}

function isCloseEvent(value: unknown): value is { readonly code: number; readonly reason: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    'reason' in value &&
    typeof value.code === 'number'
  );
}

/** A failed WebSocket reports an event whose message is not on an Error. */
function messageOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return String(value.message);
  return String(value);
}
