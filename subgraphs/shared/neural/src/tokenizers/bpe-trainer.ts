import { NeuralError } from '../errors.ts';
import { bytesToText } from './byte-alphabet.ts';
import { ByteLevelBpe } from './byte-level-bpe.ts';
import { mergeFrequentPairs, type Word } from './frequent-pairs.ts';
import { createPreTokenizer, defaultPreTokenizer } from './pre-tokenizer.ts';
import { countWords, type WordCounts } from './word-counts.ts';

export interface BpeTrainingOptions {
  readonly texts: Iterable<string> | WordCounts;
  /** Special tokens, 256 bytes and merges together. Fewer are made when no pair occurs twice any more. */
  readonly vocabularySize: number;
  /** They get the first ids, in this order. */
  readonly specialTokens: readonly string[];
}

/** Learns the most frequent pairs (`frequent-pairs.ts`): the same texts give the same tokenizer. */
export function trainByteLevelBpe(options: BpeTrainingOptions): ByteLevelBpe {
  const { specialTokens, vocabularySize } = options;
  const firstMerge = specialTokens.length + 256;
  if (vocabularySize < firstMerge) {
    throw new NeuralError(
      'TOKENIZER_INVALID',
      `a vocabulary needs at least ${firstMerge} tokens, not ${vocabularySize}`,
    );
  }
  const textOf: string[] = [...specialTokens];
  for (let byte = 0; byte < 256; byte += 1) textOf.push(bytesToText(Uint8Array.of(byte)));
  const words = spelled(countWords(options.texts, wordsForBpe), specialTokens.length);
  const merges: [string, string][] = [];
  mergeFrequentPairs(words, {
    isEnough: () => textOf.length >= vocabularySize,
    idOf({ left, right }) {
      merges.push([textOf[left]!, textOf[right]!]);
      return textOf.push(textOf[left]! + textOf[right]!) - 1;
    },
  });
  return new ByteLevelBpe({
    vocabulary: new Map(
      textOf.slice(specialTokens.length).map((text, at) => [text, at + specialTokens.length]),
    ),
    merges,
    specialTokens: specialTokens.map((text, id) => ({ id, text })),
  });
}

/** The words that the tokenizer is learned from and never merges across. */
export const wordsForBpe = createPreTokenizer(defaultPreTokenizer);

function spelled(counts: WordCounts, firstByteId: number): Word[] {
  const encoder = new TextEncoder();
  return Array.from(counts, ([word, count]) => ({
    tokens: Array.from(encoder.encode(word), (byte) => byte + firstByteId),
    count,
  }));
}
