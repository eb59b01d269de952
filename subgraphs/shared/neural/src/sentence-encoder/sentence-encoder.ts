import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { floats, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { attachGraph, type DetachedGraph, detachGraph } from '../serving/open-graph.ts';
import { buildEncoderGraph, embeddingDimensions, maxPieces } from './encoder-graph.ts';
import { readGraphModelWeights } from './graph-model-weights.ts';
import { UnigramTokenizer } from './unigram-tokenizer.ts';

export interface SentenceEncoderOptions {
  /** Pieces of one run at most, padding included: bounds how long a run blocks its thread. */
  readonly maxBatchPieces?: number;
  readonly threads?: number;
  /** Where its graph is made: in this thread without it. */
  readonly prepare?: PrepareSentenceEncoder | undefined;
}

export interface SentenceEncoderJob {
  readonly folder: string;
  readonly threads?: number | undefined;
}

export type PrepareSentenceEncoder = (job: SentenceEncoderJob) => Promise<DetachedGraph>;

/** Texts by their pieces, cut to what the model reads; `isCut` where something was left out. */
export interface TokenizedText {
  readonly ids: readonly number[];
  readonly isCut: boolean;
}

/**
 * Reads the folder of a released Universal Sentence Encoder (`model.json`, its shards, `vocab.json`) and writes its graph
 * for ONNX Runtime. That takes a third of a second, most of it reading, so nothing converted is kept on disk.
 * Throws `MODEL_INCOMPLETE`, `TOKENIZER_INVALID` or `RUNTIME_FAILED`.
 */
export async function openSentenceEncoder(
  folder: string,
  { maxBatchPieces = 2_048, threads, prepare = prepareSentenceEncoder }: SentenceEncoderOptions = {},
): Promise<SentenceEncoder> {
  const tokenizer = new UnigramTokenizer(await readVocabulary(folder));
  return new SentenceEncoder({
    tokenizer,
    ...attachGraph(await prepare({ folder, threads })),
    maxBatchPieces,
  });
}

/** The long part of it. What goes in and comes out is structured-cloneable, so that another thread can do it. */
export async function prepareSentenceEncoder({
  folder,
  threads,
}: SentenceEncoderJob): Promise<DetachedGraph> {
  const weights = await readGraphModelWeights(folder);
  let weightBytes = 0;
  for (const { data } of weights.values()) weightBytes += data.byteLength;
  return detachGraph({ session: Session.create(buildEncoderGraph(weights), { threads }), weightBytes });
}

async function readVocabulary(folder: string): Promise<unknown> {
  const file = join(folder, 'vocab.json');
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new NeuralError('MODEL_INCOMPLETE', `${file}: ${(cause as Error).message}`, { cause });
  }
}

interface SentenceEncoderParts {
  readonly tokenizer: UnigramTokenizer;
  readonly session: Session;
  readonly weightBytes: number;
  readonly maxBatchPieces: number;
}

/** Sentences in, vectors of unit length out. A run blocks its thread; calls may overlap and take turns. */
export class SentenceEncoder {
  readonly dimensions = embeddingDimensions;
  readonly maxPieces = maxPieces;
  readonly weightBytes: number;
  readonly #parts: SentenceEncoderParts;

  constructor(parts: SentenceEncoderParts) {
    this.#parts = parts;
    this.weightBytes = parts.weightBytes;
  }

  tokenize(text: string): TokenizedText {
    const ids = this.#parts.tokenizer.encode(text);
    return { ids: ids.slice(0, maxPieces), isCut: ids.length > maxPieces };
  }

  /** One vector [512] a text, in order. Texts of like length share a run, so that little of it is padding. */
  async embed(texts: readonly TokenizedText[]): Promise<readonly Float32Array[]> {
    const vectors = new Array<Float32Array>(texts.length);
    for (const batch of batchesByLength(texts, this.#parts.maxBatchPieces)) {
      const rows = await this.#run(batch.map((at) => texts[at]!.ids));
      batch.forEach((at, row) => {
        vectors[at] = rows.slice(row * embeddingDimensions, (row + 1) * embeddingDimensions);
      });
    }
    return vectors;
  }

  release(): void {
    this.#parts.session.release();
  }

  async #run(rows: readonly (readonly number[])[]): Promise<Float32Array> {
    const batch = rows.length;
    const time = Math.max(1, ...rows.map(({ length }) => length));
    const ids = new BigInt64Array(batch * time);
    const mask = new Float32Array(batch * time);
    for (const [row, pieces] of rows.entries()) {
      for (const [at, piece] of pieces.entries()) {
        ids[row * time + at] = BigInt(piece);
        mask[row * time + at] = 1;
      }
    }
    const { session } = this.#parts;
    const output = floats([batch, embeddingDimensions]);
    const inputs = {
      input_ids: longs([batch, time], ids),
      positions: longs(
        [time],
        BigInt64Array.from({ length: time }, (_, at) => BigInt(at)),
      ),
      mask: floats([batch, time], mask),
    };
    await session.run(session.plan(inputs, { sentence_embedding: output }));
    return output.data;
  }
}

/** Places of texts, the shortest first, in groups whose rows times the longest row stay within the bound. */
export function batchesByLength(
  texts: readonly TokenizedText[],
  maxBatchPieces: number,
): readonly (readonly number[])[] {
  const order = texts.map((_, at) => at).sort((a, b) => texts[a]!.ids.length - texts[b]!.ids.length);
  const batches: number[][] = [];
  for (const at of order) {
    const last = batches.at(-1);
    const length = Math.max(1, texts[at]!.ids.length);
    if (last !== undefined && (last.length + 1) * length <= maxBatchPieces) last.push(at);
    else batches.push([at]);
  }
  return batches;
}
