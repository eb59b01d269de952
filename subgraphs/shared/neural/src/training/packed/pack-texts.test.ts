import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../random.ts';
import type { Example } from '../examples.ts';
import { type Conversation, examplesFileName, serializeExamples } from '../examples-file.ts';
import { splitExamples } from '../split.ts';
import {
  classificationBatches,
  classificationBatchesOf,
  pairBatches,
  pairBatchesOf,
  type TextBatches,
} from '../text-batches.ts';
import { labelledExamples, pairedExample, type TextExample } from '../text-examples.ts';
import { openSplit } from './example-source.ts';
import { packTexts } from './pack-texts.ts';
import { textsInFile } from './text-source.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-packed-texts-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Words as their lengths, framed by 1 and 2, of which a text that is cut keeps both. */
const encodeText = (text: string, { maxTokens }: { readonly maxTokens: number }) => [
  1,
  ...text
    .split(' ')
    .map((word) => 2 + word.length)
    .slice(0, maxTokens - 2),
  2,
];
const labels = ['long', 'short'];
const random = createRandom(5);
/** Questions of very different lengths; some answers, and some whole examples, occur many times. */
const examples: readonly Conversation[] = Array.from({ length: 300 }, (_, at) => {
  if (at % 13 === 0) return { prompt: 'again', completion: 'short' };
  const words = 1 + random.below(90);
  const prompt = Array.from({ length: words }, () => 'w'.repeat(1 + random.below(9))).join(' ');
  return { prompt, completion: words > 20 ? 'long' : 'short' };
});

const maxPositions = 40;
const splitting = { seed: 3, heldOutShare: 0.2 };
const shape = { batchSize: 7, sequenceLength: maxPositions, padTokenId: 0, seed: 3 };

async function pack(textsOf: (example: Conversation) => TextExample) {
  await writeFile(join(folder, examplesFileName), serializeExamples(examples));
  const split = await openSplit(folder, { ...splitting, scratchFolder: join(folder, 'split') });
  return packTexts(split.all, {
    encodeText,
    maxPositions,
    folder: join(folder, 'packed'),
    sides: ['training', 'held-out'],
    sideOf: (example) => (split.isHeldOut(example) ? 'held-out' : 'training'),
    textsOf: (example: Example) => textsOf(example as Conversation),
  });
}

function expectSame<B extends { readonly examples?: readonly number[] }>(
  packed: TextBatches<B>,
  inMemory: TextBatches<B>,
  side: readonly Conversation[],
): void {
  const { stepsPerEpoch } = inMemory;
  expect(packed).toMatchObject({ stepsPerEpoch, examples: inMemory.examples });
  for (const step of [2 * stepsPerEpoch + 1, 0, 1, stepsPerEpoch - 1, stepsPerEpoch]) {
    const { examples: places, ...expected } = inMemory.batchAt(step);
    const { examples: lines, ...found } = packed.batchAt(step);
    expect(found).toEqual(expected);
    // A file knows an example by its place among all.
    expect(lines!.map((line) => examples[line])).toEqual(places!.map((place) => side[place]));
  }
  const everyOnce = (batches: TextBatches<B>) =>
    [...batches.everyOnce].map((batch) => ({ ...batch, examples: [] }));
  expect(everyOnce(packed)).toEqual(everyOnce(inMemory));
  // As often as they are asked for.
  expect(everyOnce(packed)).toHaveLength(stepsPerEpoch);
}

test('batches of classes from a file are to the bit those of the same examples in memory', async () => {
  const labelled = ({ prompt, completion }: Conversation) => ({ text: prompt, label: completion });
  const classified = labelledExamples(labels);
  const packed = await pack((example) => classified(labelled(example)));
  expect(await readdir(join(folder, 'packed'))).toEqual([]);
  const longer = examples.filter(({ prompt }) => prompt.split(' ').length + 2 > maxPositions);
  expect(longer.length).toBeGreaterThan(50);
  expect(packed).toMatchObject({ sequenceLength: maxPositions, cut: longer.length });
  const whole = splitExamples(examples, splitting);
  for (const [side, kept] of [
    ['training', whole.training],
    ['held-out', whole.heldOut],
  ] as const) {
    const inMemory = classificationBatches(kept.map(labelled), { ...shape, encodeText, labels });
    expectSame(classificationBatchesOf(textsInFile(packed.files[side]), shape), inMemory, kept);
  }
  packed.close();
});

test('batches of pairs from a file are to the bit those of the same pairs in memory, who is set against whom included', async () => {
  const paired = ({ prompt, completion }: Conversation) => ({ anchor: prompt, positive: completion });
  const packed = await pack((example) => pairedExample(paired(example)));
  const { training } = splitExamples(examples, splitting);
  const batches = pairBatchesOf(textsInFile(packed.files.training), shape);
  expectSame(batches, pairBatches(training.map(paired), { ...shape, encodeText }), training);
  const opponents = [...batches.batchAt(0).opponents];
  expect(opponents).toContain(0);
  expect(opponents.filter((against) => against === 1).length).toBeGreaterThan(shape.batchSize);
  packed.close();
});

test('rows are as long as the longest text needs, in steps of 32 tokens', async () => {
  const packed = await pack(({ completion }) => ({ texts: [completion], keys: [] }));
  expect(packed).toMatchObject({ sequenceLength: 32, cut: 0 });
  packed.close();
});

test('an example that the task cannot take is named by its line, and no file is left', async () => {
  const classified = labelledExamples(['long']);
  const packing = pack(({ prompt, completion }) => classified({ text: prompt, label: completion }));
  await expect(packing).rejects.toMatchObject({
    code: 'EXAMPLE_INVALID',
    message: 'line 1: the label "short" is none of long',
  });
  expect(await readdir(join(folder, 'packed'))).toEqual([]);
});
