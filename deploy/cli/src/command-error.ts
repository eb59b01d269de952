/** Ends a command with a message for people. Exit codes: 1 failed, 2 wrong usage, 3 the platform cannot be reached. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
  }
}
