import type { PreTokenizerJson } from './pre-tokenizer.ts';

export interface SpecialToken {
  readonly id: number;
  readonly text: string;
}

export interface ByteLevelBpeParts {
  /** Token text in the byte alphabet, by id; special tokens are not among them. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of token texts, the first merged first. */
  readonly merges: readonly (readonly [string, string])[];
  readonly specialTokens: readonly SpecialToken[];
  readonly preTokenizer?: PreTokenizerJson;
}
