import type { PreTokenizerJson } from './pre-tokenizer.ts';

export interface SpecialToken {
  readonly id: number;
  readonly text: string;
  /** It is text that people see, although it is never cut: `<think>`, `<tool_call>`. */
  readonly shown?: boolean;
}

export interface ByteLevelBpeParts {
  /** Token text in the byte alphabet, by id; special tokens are not among them. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of token texts, the first merged first. */
  readonly merges: readonly (readonly [string, string])[];
  readonly specialTokens: readonly SpecialToken[];
  readonly preTokenizer?: PreTokenizerJson;
  /** Unicode's composed form, before anything else (Qwen); decoding then gives the composed text. */
  readonly normalizer?: 'NFC';
  /** A word that is a token is that token, whether merges lead to it or not (Llama 3). */
  readonly wholeWords?: boolean;
  /** Names of special tokens that stand before a text of its own. */
  readonly textPrefix?: readonly string[];
}
