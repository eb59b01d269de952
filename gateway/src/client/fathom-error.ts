import type { GraphQLFormattedError } from 'graphql';

/** Whichever way it was told: an error of the graph, a socket that was closed, or no socket at all. */
type Told = Partial<GraphQLFormattedError & { readonly code: unknown; readonly reason: string }>;

/** What went wrong, by its stable code. */
export class FathomError extends Error {
  override readonly name = 'FathomError';
  /** For instance `RATE_LIMITED`; `CONNECTION_LOST` if there was no answer at all. */
  readonly code: string;
  readonly retryable: boolean;
  readonly extensions: Readonly<Record<string, unknown>>;

  private constructor(cause: unknown) {
    // What refused an operation is told as a list.
    const { message, extensions, code, reason = '' }: Told = Object(Array.isArray(cause) ? cause[0] : cause);
    const lost = `The gateway cannot be reached: ${message ?? `its connection was closed (${code} ${reason})`}`;
    super(extensions ? message : lost, { cause });
    // Who is refused is told so by 44xx; a gateway of ours gives the error's code as the reason.
    const retryable = !/^44\d\d$/.test(`${code}`);
    const isCode = !retryable && /^[A-Z_]+$/.test(reason);
    this.extensions = extensions ?? { code: isCode ? reason : 'CONNECTION_LOST', retryable };
    this.code = String(this.extensions['code'] ?? 'INTERNAL_SERVER_ERROR');
    this.retryable = this.extensions['retryable'] === true;
  }

  static of(error: unknown): FathomError {
    return error instanceof FathomError ? error : new FathomError(error);
  }
}
