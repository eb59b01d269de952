/** What went wrong, by its stable code, whichever way it was told: an error of the graph, a closed socket, no socket. */
interface Told {
  readonly message?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Of a socket that was closed. */
  readonly code?: unknown;
  readonly reason?: string;
}

export class FathomError extends Error {
  override readonly name = 'FathomError';
  /** For instance `RATE_LIMITED`; `CONNECTION_LOST` if there was no answer at all. */
  readonly code: string;
  readonly retryable: boolean;
  readonly extensions: Readonly<Record<string, unknown>>;

  private constructor(cause: unknown) {
    // graphql-ws throws the list of errors that refused an operation.
    const { message, extensions, code, reason }: Told = Object(Array.isArray(cause) ? cause[0] : cause);
    const isClosed = typeof code === 'number';
    const lost = isClosed ? `the connection was closed (${code} ${reason})` : (message ?? String(cause));
    super(extensions ? message : `The gateway cannot be reached: ${lost}`, { cause });
    const isRefused = isClosed && code >= 4400 && code < 4500;
    const lostCode = isRefused ? reason || 'UNAUTHENTICATED' : 'CONNECTION_LOST';
    this.extensions = extensions ?? { code: lostCode, retryable: !isRefused };
    this.code = String(this.extensions['code'] ?? 'INTERNAL_SERVER_ERROR');
    this.retryable = this.extensions['retryable'] === true;
  }

  static of(error: unknown): FathomError {
    return error instanceof FathomError ? error : new FathomError(error);
  }
}
