import { textModel } from '../architectures/text-model.ts';
import { NeuralError } from '../errors.ts';
import { checkEncoderConfig, type EncoderConfig } from '../models/encoder-config.ts';
import { meanPooling, type PooledTokens, type SentencePooling } from '../models/sentence-pooling.ts';
import { floats, HostTensor, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { checkTensors } from '../weights/check-weights.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { graphWeightBytes } from './decoder-graph.ts';
import type { OpenGraph } from './open-graph.ts';
import { buildTextEncoderGraph } from './text-encoder-graph.ts';
import type { Precision } from './weight-product.ts';

export interface TextEncoderOptions {
  readonly config: EncoderConfig;
  readonly weights: TensorMap;
  readonly precision?: Precision;
  readonly threads?: number | undefined;
  /** The number of classes of a classifier; vectors of sentences when left out. */
  readonly classes?: number;
  /** Of vectors; the mean, of length 1, without it. */
  readonly pooling?: SentencePooling;
}

/** Throws `MODEL_INCOMPLETE` for weights that lack what the output needs. */
export async function createTextEncoder(options: TextEncoderOptions): Promise<TextEncoder> {
  return new TextEncoder(options, openTextEncoderGraph(options));
}

/** Throws as `createTextEncoder`. */
export function openTextEncoderGraph(options: TextEncoderOptions): OpenGraph {
  const { precision = 'fp32', threads, classes, pooling = meanPooling } = options;
  const config = checkEncoderConfig(options.config);
  const model = textModel(config);
  const specs = [...model.parameters, ...(classes === undefined ? [] : model.classifierParameters(classes))];
  // Heads that the output does not need may be there.
  const needed = new Set(specs.map(({ name }) => name));
  const weights = new Map([...options.weights].filter(([name]) => needed.has(name)));
  checkTensors(specs, weights);
  const vectors = pooling.isNormalized ? 'vectors' : 'plain-vectors';
  const output = classes === undefined ? vectors : 'classes';
  const graph = buildTextEncoderGraph({ config, weights, precision, output });
  return { session: Session.create(graph, { threads }), weightBytes: graphWeightBytes(graph) };
}

/** An encoder on one device. Calls block their thread and must not overlap: one worker owns a session. */
export class TextEncoder {
  /** Numbers a text: the width of a vector, or the classes. */
  readonly size: number;
  /** Of the weights as the graph stores them. */
  readonly bytes: number;
  readonly #config: EncoderConfig;
  readonly #session: Session;
  /** Absent in a classifier. */
  readonly #pooled: PooledTokens | undefined;
  #released = false;

  constructor(
    { config, classes, pooling = meanPooling }: Pick<TextEncoderOptions, 'config' | 'classes' | 'pooling'>,
    { session, weightBytes }: OpenGraph,
  ) {
    this.size = classes ?? config.hiddenSize;
    this.bytes = weightBytes;
    this.#config = config;
    this.#session = session;
    this.#pooled = classes === undefined ? pooling.tokens : undefined;
  }

  /** Framed ids of each text (`WordPiece.encodeText`) -> a vector, or a logit a class, for each of them. */
  async run(texts: readonly (readonly number[])[]): Promise<readonly Float32Array[]> {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the encoder was released');
    if (texts.length === 0) return [];
    for (const [row, tokens] of texts.entries()) this.#check(tokens, row);
    const [rows, time] = [texts.length, Math.max(...texts.map(({ length }) => length))];
    const inputIds = new BigInt64Array(rows * time).fill(BigInt(this.#config.padTokenId));
    const mask = new Int32Array(rows * time);
    const pooling = new Float32Array(rows * time);
    texts.forEach((tokens, row) => {
      tokens.forEach((id, at) => {
        inputIds[row * time + at] = BigInt(id);
      });
      mask.fill(1, row * time, row * time + tokens.length);
      this.#share(pooling.subarray(row * time, row * time + tokens.length));
    });
    const inputs = {
      input_ids: longs([rows, time], inputIds),
      mask: new HostTensor([rows, time], mask),
      positions: longs(
        [time],
        BigInt64Array.from({ length: time }, (_, at) => BigInt(at)),
      ),
      ...(this.#pooled === undefined ? {} : { pooling: floats([rows, 1, time], pooling) }),
    };
    const output = new Float32Array(rows * this.size);
    await this.#session.run(this.#session.plan(inputs, { output: floats([rows, this.size], output) }));
    return texts.map((_, row) => output.slice(row * this.size, (row + 1) * this.size));
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#session.release();
  }

  /** One, divided among the tokens of a text that speak for it. */
  #share(shares: Float32Array): void {
    if (this.#pooled === 'first') shares[0] = 1;
    else if (this.#pooled === 'last') shares[shares.length - 1] = 1;
    else shares.fill(1 / shares.length);
  }

  #check(tokens: readonly number[], row: number): void {
    const { maxPositions, vocabularySize } = this.#config;
    const fail = (problem: string): never => {
      throw new NeuralError('SESSION_INPUT_INVALID', `encoder: text ${row} ${problem}`);
    };
    if (tokens.length === 0) fail('has no tokens');
    if (tokens.length > maxPositions)
      fail(`has ${tokens.length} tokens, the model ${maxPositions} positions`);
    const unknown = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (unknown !== undefined) fail(`has token ${unknown}, outside the vocabulary of ${vocabularySize}`);
  }
}
