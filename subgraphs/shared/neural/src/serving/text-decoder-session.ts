import { NeuralError } from '../errors.ts';
import { floats, longs } from '../runtime/host-tensor.ts';
import { Session } from '../runtime/session.ts';
import { graphWeightBytes } from './decoder-graph.ts';
import type { OpenGraph } from './open-graph.ts';
import { buildTextDecoderGraph, type TextDecoderModel } from './text-decoder-graph.ts';

type UnweightedModel = Omit<TextDecoderModel, 'weights'>;

export function openTextDecoderGraph(
  model: TextDecoderModel,
  options: { readonly threads?: number | undefined } = {},
): OpenGraph {
  const graph = buildTextDecoderGraph(model);
  return { session: Session.create(graph, options), weightBytes: graphWeightBytes(graph) };
}

/** A decoder that reads whole texts. Calls block their thread and must not overlap: one worker owns a session. */
export class TextDecoder {
  /** Numbers a text: the classes, or the width of a vector. */
  readonly size: number;
  /** Of the weights as the graph stores them. */
  readonly bytes: number;
  readonly #model: UnweightedModel;
  readonly #session: Session;
  #released = false;

  constructor(model: UnweightedModel, { session, weightBytes }: OpenGraph) {
    this.size = model.labels?.length ?? model.config.hiddenSize;
    this.bytes = weightBytes;
    this.#model = model;
    this.#session = session;
  }

  /** The ids of each text -> a logit a class, or a vector, for each of them. */
  async run(texts: readonly (readonly number[])[]): Promise<readonly Float32Array[]> {
    if (this.#released) throw new NeuralError('SESSION_RELEASED', 'the model was released');
    if (texts.length === 0) return [];
    for (const [row, tokens] of texts.entries()) this.#check(tokens, row);
    const [rows, time] = [texts.length, Math.max(...texts.map(({ length }) => length))];
    const inputIds = new BigInt64Array(rows * time);
    const mask = new BigInt64Array(rows * time);
    texts.forEach((tokens, row) => {
      tokens.forEach((id, at) => {
        inputIds[row * time + at] = BigInt(id);
      });
      mask.fill(1n, row * time, row * time + tokens.length);
    });
    const inputs = { input_ids: longs([rows, time], inputIds), attention_mask: longs([rows, time], mask) };
    const output = new Float32Array(rows * this.size);
    const name = this.#model.labels === undefined ? 'sentence_embedding' : 'logits';
    await this.#session.run(this.#session.plan(inputs, { [name]: floats([rows, this.size], output) }));
    return texts.map((_, row) => output.slice(row * this.size, (row + 1) * this.size));
  }

  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#session.release();
  }

  #check(tokens: readonly number[], row: number): void {
    const { maxPositions, vocabularySize } = this.#model.config;
    const fail = (problem: string): never => {
      throw new NeuralError('SESSION_INPUT_INVALID', `text ${row} ${problem}`);
    };
    if (tokens.length === 0) fail('has no tokens');
    if (tokens.length > maxPositions)
      fail(`has ${tokens.length} tokens, the model ${maxPositions} positions`);
    const unknown = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
    if (unknown !== undefined) fail(`has token ${unknown}, outside the vocabulary of ${vocabularySize}`);
  }
}
