/** Why the product cannot start, in words that say what to do. Ends the start with exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** Further lines, for instance the last ones of a log. */
  readonly details: readonly string[];

  constructor(message: string, details: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.details = details;
  }
}
