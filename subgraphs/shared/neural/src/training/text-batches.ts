import { NeuralError } from '../errors.ts';
import { createRandom, shuffle } from '../random.ts';
import type { ClassificationBatch } from './tasks/classification.ts';
import type { PairBatch } from './tasks/contrastive.ts';
import { layOutTexts } from './text-batch.ts';

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}
/** Two texts that belong together: a question and its answer, a sentence and its paraphrase. */
export interface TextPair {
  readonly anchor: string;
  readonly positive: string;
}

export interface TextShape {
  /** What the model reads of a text, framed and at most so many tokens. */
  readonly encodeText: (text: string, options: { readonly maxTokens: number }) => readonly number[];
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly padTokenId: number;
}

/** A batch depends on the examples, the seed and the step alone. */
export interface TextBatches<B> {
  /** Steps count from 0. */
  batchAt(step: number): B;
  /** Every example once, in order; the last batch may have rows without weight. */
  readonly everyOnce: readonly B[];
  readonly stepsPerEpoch: number;
  readonly examples: number;
}

/** Throws `EXAMPLE_INVALID` with the index for an empty text and for a label that is not among the labels. */
export function classificationBatches(
  examples: readonly LabelledText[],
  options: TextShape & { readonly labels: readonly string[]; readonly seed: number },
): TextBatches<ClassificationBatch> {
  const { labels, batchSize: rows } = options;
  const encoded = examples.map(({ text, label }, index) => {
    const classId = labels.indexOf(label);
    if (classId < 0)
      throw invalid(index, `the label ${JSON.stringify(label)} is none of ${labels.join(', ')}`);
    return { index, ids: encode(text, index, options), classId };
  });
  return dealt(encoded, options, (chosen) => ({
    examples: placesOf(chosen),
    ...layOutTexts(
      chosen.map(({ ids }) => ids),
      { ...options, rows },
    ),
    classes: BigInt64Array.from({ length: rows }, (_, row) => BigInt(chosen[row]?.classId ?? 0)),
    lossWeights: Float32Array.from({ length: rows }, (_, row) => (row < chosen.length ? 1 : 0)),
  }));
}

/** Throws `EXAMPLE_INVALID` with the index for an empty text. */
export function pairBatches(
  pairs: readonly TextPair[],
  options: TextShape & { readonly seed: number },
): TextBatches<PairBatch> {
  const { batchSize } = options;
  const encoded = pairs.map((pair, index) => ({
    ...pair,
    index,
    anchorIds: encode(pair.anchor, index, options),
    positiveIds: encode(pair.positive, index, options),
  }));
  return dealt(encoded, options, (chosen) => {
    const padding = Array.from({ length: batchSize - chosen.length }, () => []);
    const texts = [
      ...chosen.map(({ anchorIds }) => anchorIds),
      ...padding,
      ...chosen.map(({ positiveIds }) => positiveIds),
    ];
    return {
      examples: placesOf(chosen),
      ...layOutTexts(texts, { ...options, rows: 2 * batchSize }),
      opponents: opponentsOf(chosen, batchSize),
      lossWeights: Float32Array.from({ length: batchSize }, (_, row) => (row < chosen.length ? 1 : 0)),
    };
  });
}

/** Against a pair stand the answers of the others, unless one of them has the same question or the same answer. */
function opponentsOf(pairs: readonly TextPair[], size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    if (row === column) return 1;
    const [own, other] = [pairs[row], pairs[column]];
    if (own === undefined || other === undefined) return 0;
    return own.anchor === other.anchor || own.positive === other.positive ? 0 : 1;
  });
}

const placesOf = (chosen: readonly { readonly index: number }[]): readonly number[] =>
  chosen.map(({ index }) => index).sort((a, b) => a - b);

/** Every epoch deals all examples out anew, from (seed, epoch); its last batch is topped up from its first. */
function dealt<E, B>(
  examples: readonly E[],
  options: { readonly batchSize: number; readonly seed: number },
  layOut: (chosen: readonly E[]) => B,
): TextBatches<B> {
  const { batchSize, seed } = options;
  if (examples.length === 0) throw new NeuralError('EXAMPLE_INVALID', 'there are no examples');
  const stepsPerEpoch = Math.ceil(examples.length / batchSize);
  let cached: { readonly epoch: number; readonly order: readonly E[] } | undefined;
  const orderOf = (epoch: number): readonly E[] => {
    if (cached?.epoch !== epoch) cached = { epoch, order: shuffle([...examples], createRandom(seed, epoch)) };
    return cached.order;
  };
  return {
    stepsPerEpoch,
    examples: examples.length,
    batchAt(step) {
      const order = orderOf(Math.floor(step / stepsPerEpoch));
      const first = (step % stepsPerEpoch) * batchSize;
      return layOut(Array.from({ length: batchSize }, (_, at) => order[(first + at) % order.length]!));
    },
    get everyOnce() {
      return Array.from({ length: stepsPerEpoch }, (_, at) =>
        layOut(examples.slice(at * batchSize, (at + 1) * batchSize)),
      );
    },
  };
}

function encode(text: string, index: number, { encodeText, sequenceLength }: TextShape): readonly number[] {
  if (text.trim() === '') throw invalid(index, 'the text is empty');
  return encodeText(text, { maxTokens: sequenceLength });
}

function invalid(index: number, problem: string): NeuralError {
  return new NeuralError('EXAMPLE_INVALID', `example ${index}: ${problem}`, { details: { index } });
}
