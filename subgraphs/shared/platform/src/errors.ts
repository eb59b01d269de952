/**
 * The one error class of the product, and the tables that name every code.
 *
 * Each service owns one table (`src/errors.ts`), made by {@link defineErrors}; its README lists the same codes, and a
 * test keeps the two equal. Only the server's edge turns an error into a GraphQL error (`formatError`): an AppError
 * keeps its message and `extensions.code`, anything else becomes INTERNAL_SERVER_ERROR without its message.
 */
export interface ErrorDefinition {
  /** What happened and what to do, in one or two sentences a user of the API understands. */
  readonly message: string;
  /** HTTP status where the error ends a whole request. */
  readonly status: number;
  /** True if the same request can succeed later without change. */
  readonly retryable?: boolean;
}

export type ErrorTable = Readonly<Record<string, ErrorDefinition>>;

export interface AppErrorOptions {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly retryable: boolean;
  /** Machine-readable facts, shown to the client in `extensions`. Never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(options: AppErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.status = options.status;
    this.retryable = options.retryable;
    this.details = options.details ?? {};
  }
}

export interface RaiseOptions {
  /** Facts appended to the table's message, after a colon. */
  readonly because?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Makes the constructor of a table's errors: `const raise = defineErrors(table); throw raise('UNKNOWN_MODEL', {...})`. */
export function defineErrors<const Table extends ErrorTable>(table: Table) {
  return (code: keyof Table & string, options: RaiseOptions = {}): AppError => {
    const definition = table[code] as ErrorDefinition;
    return new AppError({
      code,
      message: options.because
        ? `${definition.message.replace(/\.$/, '')}: ${options.because}`
        : definition.message,
      status: definition.status,
      retryable: definition.retryable ?? false,
      ...(options.details ? { details: options.details } : {}),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
  };
}

/** Codes that every service can answer with. */
export const platformErrors = {
  UNAUTHENTICATED: {
    message: 'The request carries no valid identity. Come through the gateway with an API key or a token.',
    status: 401,
  },
  FORBIDDEN: { message: 'The identity lacks a scope that this operation needs.', status: 403 },
  BAD_USER_INPUT: { message: 'The input is not valid.', status: 400 },
  NOT_FOUND: { message: 'There is nothing by that identity for this tenant.', status: 404 },
  CONFLICT: { message: 'The state of the object does not allow this.', status: 409 },
  PAYLOAD_TOO_LARGE: {
    message: 'The request is larger than this server accepts. Send less at once.',
    status: 413,
  },
  SLOW_CONSUMER: {
    message: 'The reader of this subscription lags too far behind. Subscribe again.',
    status: 503,
    retryable: true,
  },
  STORAGE_FULL: {
    message: 'The disk that holds the data is full. Free space, then retry.',
    status: 507,
    retryable: true,
  },
  DEPENDENCY_UNAVAILABLE: {
    message: 'A part that this operation needs is down. Retry shortly.',
    status: 503,
    retryable: true,
  },
  SHUTTING_DOWN: {
    message: 'The service is draining. Retry: another instance answers.',
    status: 503,
    retryable: true,
  },
  PORT_IN_USE: { message: 'Another process listens on this port. Stop it or set PORT.', status: 500 },
  INTERNAL_SERVER_ERROR: {
    message: 'Something unexpected went wrong. The log has it under the trace id.',
    status: 500,
  },
} as const satisfies ErrorTable;

export const raisePlatform = defineErrors(platformErrors);
