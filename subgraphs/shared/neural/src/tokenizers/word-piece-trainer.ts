import { NeuralError } from '../errors.ts';
import { createBertWords, uncased } from './bert-words.ts';
import { mergeFrequentPairs, type Word } from './frequent-pairs.ts';
import { countWords, type WordCounts } from './word-counts.ts';
import { WordPiece } from './word-piece.ts';

export interface WordPieceTrainingOptions {
  readonly texts: Iterable<string> | WordCounts;
  /** Special tokens, single characters and merges together. Fewer are made when no pair occurs twice any more. */
  readonly vocabularySize: number;
}

/** BERT's own, in the order of their ids; the first one fills rows. */
export const bertTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
const continuation = '##';
const longestWord = 100;
/** What single characters may take of a vocabulary: texts in very many scripts have more of them than are worth a token. */
const charactersShare = 0.5;

/** The words that the tokenizer is learned from, as `bert-base-uncased` reads them. */
export const wordsForWordPiece = createBertWords(uncased);

/**
 * Learns pieces as Hugging Face's trainer does: words begin as single characters, `##` before all but the first, and the most
 * frequent pairs become pieces (`frequent-pairs.ts`). The characters that occur most often have a token each, with and without `##` as they
 * occur; a word with another one is unknown as a whole, now and later. The same texts give the same tokenizer.
 */
export function trainWordPiece({ texts, vocabularySize }: WordPieceTrainingOptions): WordPiece {
  const counts = countWords(texts, wordsForWordPiece);
  const room = Math.floor((vocabularySize - bertTokens.length) * charactersShare);
  if (room < 1) {
    throw new NeuralError(
      'TOKENIZER_INVALID',
      `a vocabulary of ${vocabularySize} tokens has room for no words`,
    );
  }
  const textOf: string[] = [...bertTokens, ...frequentCharacters(counts, room)];
  const ids = new Map(textOf.map((text, id) => [text, id]));
  mergeFrequentPairs(spelled(counts, ids), {
    isEnough: () => textOf.length >= vocabularySize,
    idOf({ left, right }) {
      const text = textOf[left]! + textOf[right]!.slice(continuation.length);
      // Two pairs may make one piece: `a` with `##bc`, `ab` with `##c`.
      const id = ids.get(text) ?? textOf.push(text) - 1;
      ids.set(text, id);
      return id;
    },
  });
  return new WordPiece({
    vocabulary: ids,
    specialTokens: bertTokens.map((text, id) => ({ id, text })),
    unknownToken: '[UNK]',
    continuation,
    longestWord,
    cleans: uncased,
    frame: { before: ['[CLS]'], after: ['[SEP]'] },
  });
}

const charactersOf = (word: string): readonly string[] =>
  Array.from(word, (character, at) => (at === 0 ? character : continuation + character));

/** Sorted, as far as there is room; of equally frequent ones those are kept that sort first. */
function frequentCharacters(counts: WordCounts, room: number): readonly string[] {
  const occurrences = new Map<string, number>();
  for (const [word, count] of counts)
    for (const character of charactersOf(word))
      occurrences.set(character, (occurrences.get(character) ?? 0) + count);
  return [...occurrences]
    .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || (a < b ? -1 : 1))
    .slice(0, room)
    .map(([character]) => character)
    .sort();
}

/** Words of known characters alone, and none that is too long to be read. */
function spelled(counts: WordCounts, ids: ReadonlyMap<string, number>): readonly Word[] {
  const words: Word[] = [];
  for (const [word, count] of counts) {
    const tokens = charactersOf(word).map((character) => ids.get(character));
    if (tokens.length > longestWord || tokens.some((token) => token === undefined)) continue;
    words.push({ tokens: tokens as number[], count });
  }
  return words;
}
