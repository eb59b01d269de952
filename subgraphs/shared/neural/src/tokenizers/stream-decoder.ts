import type { Tokenizer } from './tokenizer.ts';

export interface StreamDecoder {
  /** The text this token completes; empty while a character is still incomplete. */
  push(id: number): string;
  /** What is left at the end; an incomplete character becomes U+FFFD. */
  flush(): string;
}

/**
 * Token by token, the same text as decoding all ids at once. A token may hold a part of a character: those bytes wait
 * for the rest, where decoding each token alone would give U+FFFD. Signs give no text.
 */
export function createStreamDecoder(tokenizer: Tokenizer): StreamDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let atStart = tokenizer.dropsFirstSpace;
  const trimmed = (text: string): string => {
    if (!atStart || text === '') return text;
    atStart = false;
    return text.startsWith(' ') ? text.slice(1) : text;
  };
  return {
    push: (id) => trimmed(decoder.decode(tokenizer.tokenBytes(id), { stream: true })),
    flush: () => trimmed(decoder.decode()),
  };
}
