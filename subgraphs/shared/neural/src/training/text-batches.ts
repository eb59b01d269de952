import { NeuralError } from '../errors.ts';
import { createRandom, shuffle } from '../random.ts';
import { inOrder } from './batches.ts';
import { naming } from './example-problem.ts';
import { type TextSource, textsInMemory } from './packed/text-source.ts';
import type { ClassificationBatch } from './tasks/classification.ts';
import type { PairBatch } from './tasks/contrastive.ts';
import { layOutTexts } from './text-batch.ts';
import {
  type EncodedTexts,
  type EncodeText,
  encodeTexts,
  type LabelledText,
  labelledExamples,
  pairedExample,
  type TextExample,
  type TextPair,
} from './text-examples.ts';

export interface TextBatchShape {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly padTokenId: number;
  readonly seed: number;
}

export interface TextShape extends TextBatchShape {
  readonly encodeText: EncodeText;
}

/** A batch depends on the examples, the seed and the step alone. */
export interface TextBatches<B> {
  /** Steps count from 0. */
  batchAt(step: number): B;
  /** Every example once, in order, as often as it is gone through; the last batch may have rows without weight. */
  readonly everyOnce: Iterable<B>;
  readonly stepsPerEpoch: number;
  readonly examples: number;
}

/** Throws `EXAMPLE_INVALID` with the index for an empty text and for a label that is not among the labels. */
export function classificationBatches(
  examples: readonly LabelledText[],
  { labels, ...shape }: TextShape & { readonly labels: readonly string[] },
): TextBatches<ClassificationBatch> {
  return classificationBatchesOf(encodedInMemory(examples, labelledExamples(labels), shape), shape);
}

/** The same from texts that are encoded, wherever they lie; those of one batch are read for it. */
export function classificationBatchesOf(
  source: TextSource,
  shape: TextBatchShape,
): TextBatches<ClassificationBatch> {
  const { batchSize: rows } = shape;
  return dealt(source, shape, (chosen) => ({
    examples: placesOf(chosen),
    ...layOutTexts(
      chosen.map(({ texts: [ids] }) => ids!),
      { ...shape, rows },
    ),
    classes: BigInt64Array.from({ length: rows }, (_, row) => BigInt(chosen[row]?.keys[0] ?? 0)),
    lossWeights: Float32Array.from({ length: rows }, (_, row) => (row < chosen.length ? 1 : 0)),
  }));
}

/** Throws `EXAMPLE_INVALID` with the index for an empty text. */
export function pairBatches(pairs: readonly TextPair[], shape: TextShape): TextBatches<PairBatch> {
  return pairBatchesOf(encodedInMemory(pairs, pairedExample, shape), shape);
}

/** The same from pairs that are encoded, wherever they lie; those of one batch are read for it. */
export function pairBatchesOf(source: TextSource, shape: TextBatchShape): TextBatches<PairBatch> {
  const { batchSize } = shape;
  return dealt(source, shape, (chosen) => {
    const padding = Array.from({ length: batchSize - chosen.length }, () => []);
    const texts = [
      ...chosen.map(({ texts: [anchor] }) => anchor!),
      ...padding,
      ...chosen.map(({ texts: [, positive] }) => positive!),
    ];
    return {
      examples: placesOf(chosen),
      ...layOutTexts(texts, { ...shape, rows: 2 * batchSize }),
      opponents: opponentsOf(chosen, batchSize),
      lossWeights: Float32Array.from({ length: batchSize }, (_, row) => (row < chosen.length ? 1 : 0)),
    };
  });
}

function encodedInMemory<E>(
  examples: readonly E[],
  made: (example: E) => TextExample,
  { encodeText, sequenceLength: maxTokens }: TextShape,
): TextSource {
  return textsInMemory(
    examples.map((example, index) =>
      naming(`example ${index}`, index, () => encodeTexts(made(example), index, { encodeText, maxTokens })),
    ),
  );
}

/** Against a pair stand the answers of the others, unless one of them has the same question or the same answer. */
function opponentsOf(pairs: readonly EncodedTexts[], size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    if (row === column) return 1;
    const [own, other] = [pairs[row]?.keys, pairs[column]?.keys];
    if (own === undefined || other === undefined) return 0;
    const sameAnchor = own[0] === other[0] && own[1] === other[1];
    return sameAnchor || (own[2] === other[2] && own[3] === other[3]) ? 0 : 1;
  });
}

const placesOf = (chosen: readonly EncodedTexts[]): readonly number[] =>
  chosen.map(({ index }) => index).sort((a, b) => a - b);

/** Every epoch deals all examples out anew, from (seed, epoch); its last batch is topped up from its first. */
function dealt<B>(
  source: TextSource,
  { batchSize, seed }: TextBatchShape,
  layOut: (chosen: readonly EncodedTexts[]) => B,
): TextBatches<B> {
  const { count, read } = source;
  if (count === 0) throw new NeuralError('EXAMPLE_INVALID', 'there are no examples');
  const stepsPerEpoch = Math.ceil(count / batchSize);
  let cached: { readonly epoch: number; readonly order: Uint32Array } | undefined;
  const orderOf = (epoch: number): Uint32Array => {
    if (cached?.epoch !== epoch)
      cached = { epoch, order: shuffle(inOrder(count), createRandom(seed, epoch)) };
    return cached.order;
  };
  return {
    stepsPerEpoch,
    examples: count,
    batchAt(step) {
      const order = orderOf(Math.floor(step / stepsPerEpoch));
      const first = (step % stepsPerEpoch) * batchSize;
      return layOut(Array.from({ length: batchSize }, (_, at) => read(order[(first + at) % count]!)));
    },
    everyOnce: {
      *[Symbol.iterator]() {
        for (let first = 0; first < count; first += batchSize) {
          const length = Math.min(batchSize, count - first);
          yield layOut(Array.from({ length }, (_, at) => read(first + at)));
        }
      },
    },
  };
}
