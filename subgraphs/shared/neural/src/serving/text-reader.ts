/**
 * Any model folder that reads whole texts, as something that puts them into classes or makes vectors of them: a decoder of
 * Llama's kind or an encoder of BERT's, from its safetensors, in fp32.
 */
import { type ModelPurpose, purposeOf } from '../models/model-purpose.ts';
import { meanPooling, type SentencePooling } from '../models/sentence-pooling.ts';
import {
  encodeText,
  readTextModelShell,
  type TextModelShell,
  type TextRunner,
  textRunnerOf,
} from '../models/text-model-folder.ts';
import { batchesByLength, type TokenizedText } from '../sentence-encoder/sentence-encoder.ts';
import { readJson } from '../tokenizers/read-tokenizer.ts';
import { attachGraph } from './open-graph.ts';
import { type PrepareTextReader, prepareTextReader } from './prepare-text-reader.ts';

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
  /** Where its graph is made: in this thread without it. */
  readonly prepare?: PrepareTextReader | undefined;
}

interface TextReaderParts {
  readonly facts: TextReaderFacts;
  readonly runner: TextRunner;
  readonly maxBatchTokens: number;
  readonly encode: (text: string, options: { readonly maxTokens: number }) => readonly number[];
}

/** What the folder's model is for, without loading it. Throws `MODEL_INCOMPLETE` or `CONFIG_INVALID`. */
export const readPurpose = async (folder: string): Promise<ModelPurpose> =>
  purposeOf(await readJson(folder, 'config.json'));

/** Throws a `NeuralError` that names the file and what is wrong with it. */
export async function openTextReader(folder: string, options: TextReaderOptions): Promise<TextReader> {
  const { threads, prepare = prepareTextReader, ...limits } = options;
  const graph = await prepare({ folder, threads });
  // Whoever prepared it has verified the files, and kept none of them.
  const shell = await readTextModelShell(folder);
  return new TextReader({
    ...limits,
    runner: textRunnerOf(shell, attachGraph(graph)),
    facts: factsOf(shell, limits),
    encode: (text, limit) => encodeText(shell, text, limit),
  });
}

function factsOf(
  { config, labels, pooling = meanPooling }: TextModelShell,
  limits: Pick<TextReaderOptions, 'maxTokens'>,
): TextReaderFacts {
  const maxTokens = Math.min(config.maxPositions, limits.maxTokens);
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
