/** A cursor names an event: a generation and a sequence, in a string that clients treat as opaque. */
export interface CursorPosition {
  readonly generationId: string;
  /** From 1. */
  readonly sequence: number;
}

export function encodeCursor({ generationId, sequence }: CursorPosition): string {
  return Buffer.from(`${generationId}:${sequence}`).toString('base64url');
}

/** The position, or undefined if the string is no cursor of ours. */
export function decodeCursor(cursor: string): CursorPosition | undefined {
  const parsed = /^([^:]+):([1-9]\d{0,8})$/.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  const [, generationId, sequence] = parsed ?? [];
  return generationId && sequence ? { generationId, sequence: Number(sequence) } : undefined;
}
