/**
 * Any model folder that reads whole texts, as something that puts them into classes or makes vectors of them: a decoder of
 * Llama's kind or an encoder of BERT's, from its safetensors, in fp32.
 */

import { describesEncoder } from '../models/encoder-config.ts';
import { loadEncoderFolder } from '../models/encoder-folder.ts';
import { type ModelPurpose, purposeOf } from '../models/model-purpose.ts';
import { meanPooling, type SentencePooling } from '../models/sentence-pooling.ts';
import { encodeWholeText, loadTextFolder } from '../models/text-folder.ts';
import { batchesByLength, type TokenizedText } from '../sentence-encoder/sentence-encoder.ts';
import { readJson } from '../tokenizers/read-tokenizer.ts';
import { TextDecoder } from './text-decoder-session.ts';
import { createTextEncoder } from './text-encoder-session.ts';

/** What comes out of it. */
export type TextReaderFacts =
  | { readonly purpose: 'classification'; readonly labels: readonly string[]; readonly maxTokens: number }
  | {
      readonly purpose: 'embedding';
      readonly dimensions: number;
      readonly pooling: SentencePooling;
      readonly maxTokens: number;
    };

export interface TextReaderOptions {
  readonly threads?: number;
  /** Tokens of one run at most, padding included: bounds how long a run blocks its thread. */
  readonly maxBatchTokens: number;
  /** Upper bound for the tokens that are read of a text; a model with fewer positions keeps its own. */
  readonly maxTokens: number;
}

interface Runner {
  readonly bytes: number;
  run(texts: readonly (readonly number[])[]): Promise<readonly Float32Array[]>;
  release(): Promise<void>;
}

interface TextReaderParts {
  readonly facts: TextReaderFacts;
  readonly runner: Runner;
  readonly maxBatchTokens: number;
  readonly encode: (text: string, options: { readonly maxTokens: number }) => readonly number[];
}

/** What the folder's model is for, without loading it. Throws `MODEL_INCOMPLETE` or `CONFIG_INVALID`. */
export const readPurpose = async (folder: string): Promise<ModelPurpose> =>
  purposeOf(await readJson(folder, 'config.json'));

/** Throws a `NeuralError` that names the file and what is wrong with it. */
export async function openTextReader(folder: string, options: TextReaderOptions): Promise<TextReader> {
  const json = await readJson(folder, 'config.json');
  return describesEncoder(json) ? openEncoder(folder, options) : openDecoder(folder, options);
}

async function openEncoder(folder: string, { threads, ...options }: TextReaderOptions): Promise<TextReader> {
  const { config, weights, tokenizer, labels, pooling = meanPooling } = await loadEncoderFolder(folder);
  const runner = await createTextEncoder({
    config,
    weights,
    pooling,
    ...(threads === undefined ? {} : { threads }),
    ...(labels === undefined ? {} : { classes: labels.length }),
  });
  return new TextReader({
    ...options,
    runner,
    facts: factsOf({ config, labels, pooling }, options),
    encode: (text, limit) => tokenizer.encodeText(text, limit),
  });
}

async function openDecoder(folder: string, { threads, ...options }: TextReaderOptions): Promise<TextReader> {
  const model = await loadTextFolder(folder);
  const { config, labels, pooling = meanPooling } = model;
  return new TextReader({
    ...options,
    runner: new TextDecoder(model, threads === undefined ? {} : { threads }),
    facts: factsOf({ config, labels, pooling }, options),
    encode: (text, limit) => encodeWholeText(model.tokenizer, text, limit),
  });
}

function factsOf(
  model: {
    readonly config: { readonly hiddenSize: number; readonly maxPositions: number };
    readonly labels: readonly string[] | undefined;
    readonly pooling: SentencePooling;
  },
  options: Pick<TextReaderOptions, 'maxTokens'>,
): TextReaderFacts {
  const { config, labels, pooling } = model;
  const maxTokens = Math.min(config.maxPositions, options.maxTokens);
  return labels === undefined
    ? { purpose: 'embedding', dimensions: config.hiddenSize, pooling, maxTokens }
    : { purpose: 'classification', labels, maxTokens };
}

/** Texts in, a vector or a logit a class out. A run blocks its thread; calls may overlap and take turns. */
export class TextReader {
  readonly facts: TextReaderFacts;
  readonly #parts: TextReaderParts;

  constructor(parts: TextReaderParts) {
    this.facts = parts.facts;
    this.#parts = parts;
  }

  get weightBytes(): number {
    return this.#parts.runner.bytes;
  }

  tokenize(text: string): TokenizedText {
    const { encode, facts } = this.#parts;
    const ids = encode(text, facts);
    // A text that fills its model may have been cut or not.
    const isCut =
      ids.length >= facts.maxTokens &&
      encode(text, { maxTokens: Number.MAX_SAFE_INTEGER }).length > ids.length;
    return { ids, isCut };
  }

  /** Numbers of each text, in order. Texts of like length share a run, so that little of it is padding. */
  async run(texts: readonly TokenizedText[]): Promise<readonly Float32Array[]> {
    const rows = new Array<Float32Array>(texts.length);
    for (const batch of batchesByLength(texts, this.#parts.maxBatchTokens)) {
      const outputs = await this.#parts.runner.run(batch.map((at) => texts[at]!.ids));
      batch.forEach((at, row) => {
        rows[at] = outputs[row]!;
      });
    }
    return rows;
  }

  release(): Promise<void> {
    return this.#parts.runner.release();
  }
}
