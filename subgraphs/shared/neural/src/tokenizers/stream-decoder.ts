import type { ByteLevelBpe } from './byte-level-bpe.ts';

export interface StreamDecoder {
  /** The text this token completes; empty while a character is still incomplete. */
  push(id: number): string;
  /** What is left at the end; an incomplete character becomes U+FFFD. */
  flush(): string;
}

/**
 * Token by token, the same text as decoding all ids at once. A token may hold a part of a character: those bytes wait
 * for the rest, where decoding each token alone would give U+FFFD. Special tokens give no text.
 */
export function createStreamDecoder(tokenizer: ByteLevelBpe): StreamDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (id) => decoder.decode(tokenizer.tokenBytes(id), { stream: true }),
    flush: () => decoder.decode(),
  };
}
