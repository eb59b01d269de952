import { expect, test } from 'vitest';
import { WordCounts } from './word-counts.ts';
import { WordPiece } from './word-piece.ts';
import { bertTokens, trainWordPiece, wordsForWordPiece } from './word-piece-trainer.ts';

const texts = [
  'The lowest tower lies low; the newest tower is newer.',
  'Lower, lowest, LOW. Widest and wider: the widest of towers!',
  'Ein Turm ist höher als die Türme. Élan, naïve café.',
  'low low low lower lower newest newest newest newest newest newest widest widest widest',
];
const train = (vocabularySize: number) => trainWordPiece({ texts, vocabularySize });
const vocabularyOf = (tokenizer: WordPiece) =>
  (tokenizer.toTokenizerJson() as { model: { vocab: Record<string, number> } }).model.vocab;
const piecesOf = (tokenizer: WordPiece, text: string) => {
  const textOf = new Map(Object.entries(vocabularyOf(tokenizer)).map(([piece, id]) => [id, piece]));
  return tokenizer.encode(text).map((id) => textOf.get(id));
};

test('frequent words become one piece, rarer ones several, and what was never seen is unknown', () => {
  const tokenizer = train(150);
  expect(piecesOf(tokenizer, 'newest LOW')).toEqual(['newest', 'low']);
  const spelled = piecesOf(tokenizer, 'lowdest');
  expect(spelled.length).toBeGreaterThan(1);
  expect(spelled.map((piece, at) => (at === 0 ? piece : piece!.slice(2))).join('')).toBe('lowdest');
  expect(piecesOf(tokenizer, 'low 漢')).toEqual(['low', '[UNK]']);
  // As bert-base-uncased cleans.
  expect(tokenizer.encode('CAFÉ')).toEqual(tokenizer.encode('cafe'));
});

test('the special tokens of BERT come first and frame a text, and ids have no gap', () => {
  const tokenizer = train(44);
  expect(bertTokens.map((token) => tokenizer.tokenId(token))).toEqual([0, 1, 2, 3, 4]);
  expect(tokenizer.encodeText('low', { maxTokens: 8 })).toEqual([2, ...tokenizer.encode('low'), 3]);
  const ids = Object.values(vocabularyOf(tokenizer)).sort((a, b) => a - b);
  expect(ids).toEqual(ids.map((_, at) => at));
  expect(tokenizer.vocabularySize).toBe(ids.length);
});

test('merges are those that are found by hand', () => {
  // h u g: 10, p u g: 5, p u n: 12, b u n: 4, h u g s: 5. First ##u ##g (20), then ##u ##n (16), then h ##ug (15), p ##un (12);
  // of p ##ug and hug ##s (5 each) the one whose ids are smaller; b ##un (4).
  const counts: Record<string, number> = { hug: 10, pug: 5, pun: 12, bun: 4, hugs: 5 };
  const words = Object.entries(counts).flatMap(([word, count]) => Array<string>(count).fill(word));
  const characters = ['##g', '##n', '##s', '##u', 'b', 'h', 'p'];
  const vocabularySize = 2 * characters.length + bertTokens.length;
  const vocabulary = Object.keys(vocabularyOf(trainWordPiece({ texts: words, vocabularySize })));
  expect(vocabulary).toEqual([
    ...bertTokens,
    ...characters,
    ...['##ug', '##un', 'hug', 'pun', 'pug', 'hugs', 'bun'],
  ]);
});

test('the same texts give the same tokenizer, counted one by one or given at once, and it is read back as it was', () => {
  const words = new WordCounts(wordsForWordPiece);
  for (const text of texts) words.add(text);
  const tokenizer = trainWordPiece({ texts: words, vocabularySize: 140 });
  const json = JSON.parse(JSON.stringify(tokenizer.toTokenizerJson()));
  expect(json).toEqual(train(140).toTokenizerJson());
  const read = WordPiece.fromTokenizerJson(json);
  for (const text of [...texts, 'lowdest towering [SEP]'])
    expect(read.encodeText(text, { maxTokens: 32 })).toEqual(tokenizer.encodeText(text, { maxTokens: 32 }));
});

test('of more characters than there is room for the most frequent ones are kept', () => {
  const many = Array.from({ length: 400 }, (_, at) => String.fromCodePoint(0x4e00 + at));
  const tokenizer = trainWordPiece({ texts: ['aa aa aa ab', many.join('')], vocabularySize: 60 });
  expect(tokenizer.vocabularySize).toBeLessThanOrEqual(60);
  expect(piecesOf(tokenizer, 'aa ab')).toEqual(['aa', 'a', '##b']);
  expect(piecesOf(tokenizer, many[399]!)).toEqual(['[UNK]']);
});

test('a vocabulary without room for words is refused', () => {
  expect(() => train(6)).toThrow(expect.objectContaining({ code: 'TOKENIZER_INVALID' }));
});
