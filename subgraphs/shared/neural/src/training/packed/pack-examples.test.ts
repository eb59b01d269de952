import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import { trainByteLevelBpe, wordsForBpe } from '../../tokenizers/bpe-trainer.ts';
import { ChatTemplate, questionAnswerTokens } from '../../tokenizers/chat-template.ts';
import { WordCounts } from '../../tokenizers/word-counts.ts';
import { batchesFrom, batchesOf, defaultPromptWeight } from '../batches.ts';
import { evaluationBatches, evaluationBatchesOf } from '../evaluation-batches.ts';
import type { Example } from '../examples.ts';
import { examplesFileName, serializeExamples } from '../examples-file.ts';
import { fittingLengths } from '../sequence-length.ts';
import { splitExamples } from '../split.ts';
import { openSplit, type SplitSource } from './example-source.ts';
import { packExamples } from './pack-examples.ts';
import { piecesInFile } from './piece-source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-packed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const random = createRandom(11);
/** Conversations and passages of very different lengths, some of them twice. */
const examples: readonly Example[] = Array.from({ length: 400 }, (_, at): Example => {
  const words = (count: number) => Array.from({ length: count }, () => `w${random.below(90)}`).join(' ');
  if (at % 7 === 0) return { text: words(1 + random.below(150)) };
  if (at % 11 === 0) return { prompt: 'again', completion: 'and again' };
  return { prompt: words(1 + random.below(8)), completion: words(1 + random.below(8)) };
});
const textsOf = (example: Example) =>
  'text' in example ? [example.text] : [example.prompt, example.completion];

async function readAll({ read }: SplitSource['all']): Promise<readonly Example[]> {
  const found: Example[] = [];
  for await (const example of read()) found.push(example);
  return found;
}

const open = async (options: { readonly seed: number; readonly heldOutShare: number }) => {
  await writeFile(join(folder, examplesFileName), serializeExamples(examples));
  return openSplit(folder, { ...options, scratchFolder: join(folder, 'split') });
};

test.each([1, 2, 3, 4, 5])('seed %i divides a file as it divides a list', async (seed) => {
  const options = { seed, heldOutShare: seed / 10 };
  const split = await open(options);
  const whole = splitExamples(examples, options);
  expect(await readAll(split.training)).toEqual(whole.training);
  expect(await readAll(split.heldOut)).toEqual(whole.heldOut);
  expect([split.training.count, split.heldOut.count]).toEqual([whole.training.length, whole.heldOut.length]);
});

test.each([
  ['pieces shorter than a row', 256],
  ['passages that are cut', 64],
])('batches of a file are to the bit those of the same examples in memory: %s', async (_, maxPositions) => {
  const splitting = { seed: 9, heldOutShare: 0.2 };
  const [split, whole] = [await open(splitting), splitExamples(examples, splitting)];
  const words = new WordCounts(wordsForBpe);
  for (const example of await readAll(split.training)) for (const text of textsOf(example)) words.add(text);
  const learned = { vocabularySize: 300, specialTokens: questionAnswerTokens };
  const tokenizer = trainByteLevelBpe({ ...learned, texts: words });
  const inMemory = trainByteLevelBpe({ ...learned, texts: whole.training.flatMap(textsOf) });
  expect(tokenizer.toTokenizerJson()).toEqual(inMemory.toTokenizerJson());
  const model = { tokenizer, chatTemplate: ChatTemplate.questionAnswer(), batchSize: 3 };

  const packed = await packExamples(split.all, {
    ...model,
    maxPositions,
    folder: join(folder, 'packed'),
    sides: ['training', 'held-out'],
    sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
  });
  // Whatever ends the process now, nothing of it stays on the disk.
  expect(await readdir(join(folder, 'packed'))).toEqual([]);
  const lengths = fittingLengths(examples, { ...model, maxPositions });
  expect(packed).toMatchObject(lengths);

  const shape = { ...model, ...lengths, seed: 9 };
  const expected = batchesFrom(whole.training, shape);
  const batches = batchesOf(piecesInFile(packed.files.training, defaultPromptWeight), shape);
  const { stepsPerEpoch, tokensPerEpoch } = expected;
  expect(batches).toMatchObject({ stepsPerEpoch, tokensPerEpoch, examples: expected.examples });
  for (const step of [2 * stepsPerEpoch + 1, 0, 1, stepsPerEpoch - 1, stepsPerEpoch, 3]) {
    const { examples: places, ...tokens } = expected.batchAt(step);
    const { examples: lines, ...packedTokens } = batches.batchAt(step);
    expect(packedTokens).toEqual(tokens);
    // A file knows an example by its place among all, so that it needs no list of lines.
    expect(lines!.map((line) => examples[line])).toEqual(places!.map((place) => whole.training[place]));
  }
  const heldOut = evaluationBatchesOf(piecesInFile(packed.files['held-out'], 0), shape);
  const tokensOf = (all: Iterable<object>) => [...all].map((batch) => ({ ...batch, examples: [] }));
  expect(tokensOf(heldOut)).toEqual(tokensOf(evaluationBatches(whole.heldOut, shape)));
  packed.close();
});

test('an example that does not fit is named by its line, and no file is left', async () => {
  const long = { prompt: 'word '.repeat(60), completion: 'b' };
  await writeFile(join(folder, examplesFileName), serializeExamples([examples[1]!, long, examples[2]!]));
  const split = await openSplit(folder, { seed: 1, heldOutShare: 0.5, scratchFolder: join(folder, 'split') });
  const packing = packExamples(split.all, {
    tokenizer: trainByteLevelBpe({ texts: [], vocabularySize: 260, specialTokens: questionAnswerTokens }),
    chatTemplate: ChatTemplate.questionAnswer(),
    batchSize: 2,
    maxPositions: 64,
    folder: join(folder, 'refused'),
    sides: ['all'],
    sideOf: () => 'all',
  });
  await expect(packing).rejects.toMatchObject({
    code: 'EXAMPLE_INVALID',
    message: expect.stringMatching(/^line 2: example 1: \d+ tokens, the sequence length is 64$/),
  });
  expect(await readdir(join(folder, 'refused'))).toEqual([]);
});

test('equal examples alone cannot be divided', async () => {
  await writeFile(join(folder, examplesFileName), serializeExamples([examples[1]!, examples[1]!]));
  const options = { seed: 1, heldOutShare: 0.5, scratchFolder: join(folder, 'split') };
  await expect(openSplit(folder, options)).rejects.toThrow('none can be held out');
});
