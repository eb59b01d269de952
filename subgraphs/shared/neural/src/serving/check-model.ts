/**
 * Whether a model folder can be served, found out by serving it: each of its files is loaded and answers one prompt, and the
 * answer must not depend on how the prompt went in. A graph whose cache, mask or positions work otherwise than ours loads
 * without complaint and then talks nonsense; here it is refused.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { loadModelFolder } from '../models/model-folder.ts';
import { checkOnnxFile, findOnnxFiles, readOnnxFolder } from '../models/onnx-folder.ts';
import { readOnnxModel } from '../onnx/read-model.ts';
import { encodePrompt } from '../tokenizers/chat-template.ts';
import { elementCount } from '../weights/tensor.ts';
import { checkTextModel } from './check-text-model.ts';
import { type OpenModel, openModel, weightsOf } from './open-model.ts';
import { readPurpose } from './text-reader.ts';
import type { Precision } from './weight-product.ts';

export interface CheckedModel {
  readonly source: 'safetensors' | 'onnx';
  /** Those that were loaded and asked. */
  readonly precisions: readonly Precision[];
  /** The text of config.json. */
  readonly config: string;
  readonly parameterCount: number;
  readonly vocabularySize: number;
  /** What it says to the golden prompt, in the first of its precisions; nothing where it reads whole texts. */
  readonly answer: string;
}

export const goldenPrompt = 'What is the capital of France?';
const answerTokens = 16;
/** Tokens of one slot: the prompt in most templates, and the answer. */
const capacity = 256;

/**
 * Of the spread of the logits. Rounding alone parts the two ways by 1e-6 in fp32; quantised activations are scaled by the
 * call, and a prompt in parts is several calls.
 */
const bounds: Readonly<Record<Precision, number>> = { fp32: 0.001, int8: 0.25, int4: 0.1 };

/** Throws a `NeuralError` that names what is wrong. */
export async function checkModel(
  folder: string,
  options: { readonly threads?: number } = {},
): Promise<CheckedModel> {
  const config = await readFile(join(folder, 'config.json'), 'utf8').catch((cause: unknown) => {
    throw new NeuralError('MODEL_INCOMPLETE', `${join(folder, 'config.json')} is missing`, { cause });
  });
  if ((await readPurpose(folder)) !== 'generation') {
    const checked = await checkTextModel(folder, options);
    return { ...checked, config, source: 'safetensors', precisions: ['fp32'], answer: '' };
  }
  const { source, precisions, parameterCount } = await describe(folder);
  let answer = '';
  let vocabularySize = 0;
  for (const precision of precisions) {
    const model = await openModel({ ...options, folder, precision, maxSlots: 3, maxContextLength: capacity });
    try {
      const said = await askGolden(model);
      answer ||= said;
      vocabularySize = model.decoder.vocabularySize;
    } finally {
      await model.decoder.release();
    }
  }
  return { source, precisions, config, parameterCount, vocabularySize, answer };
}

async function describe(
  folder: string,
): Promise<Pick<CheckedModel, 'source' | 'precisions' | 'parameterCount'>> {
  const source = await weightsOf(folder);
  if (source === 'safetensors') {
    const { weights } = await loadModelFolder(folder);
    const parameterCount = [...weights.values()].reduce((total, { dims }) => total + elementCount(dims), 0);
    return { source, precisions: ['fp32'], parameterCount };
  }
  const files = await findOnnxFiles(folder);
  const { tokenizer } = await readOnnxFolder(folder, files);
  for (const file of files) checkOnnxFile(file, tokenizer);
  return {
    source,
    precisions: files.map(({ precision }) => precision),
    parameterCount: readOnnxModel(files[0]!.path).parameterCount,
  };
}

/** The prompt at once, in two parts, and beside another in one batch: three ways to the same logits. */
async function askGolden({
  decoder,
  tokenizer,
  chatTemplate,
  stopTokenIds,
  precision,
}: OpenModel): Promise<string> {
  const prompt = encodePrompt({
    tokenizer,
    chatTemplate,
    messages: [{ role: 'user', content: goldenPrompt }],
  });
  if (prompt.length < 2 || prompt.length + answerTokens > decoder.capacity) {
    throw new NeuralError(
      'MODEL_INCOMPLETE',
      `the prompt ${JSON.stringify(goldenPrompt)} has ${prompt.length} tokens; 2 to ${decoder.capacity - answerTokens} are expected`,
    );
  }
  const half = Math.floor(prompt.length / 2);
  const part = prompt.slice(0, half + 1);
  const afterPart = (await decoder.prefill({ slot: 1, tokens: part, startPosition: 0 })).slice();
  const whole = (await decoder.prefill({ slot: 0, tokens: prompt, startPosition: 0 })).slice();
  let next = likeliest(whole, precision);
  const rest = prompt.slice(half + 1);
  if (rest.length > 0) {
    const inParts = await decoder.prefill({ slot: 1, tokens: rest, startPosition: half + 1 });
    expectSame(whole, inParts, { precision, way: 'a prompt in two parts' });
  }
  await decoder.prefill({ slot: 2, tokens: prompt.slice(0, half), startPosition: 0 });
  const tokens: number[] = [];
  while (tokens.length < answerTokens && !stopTokenIds.has(next)) {
    tokens.push(next);
    const at = prompt.length + tokens.length - 1;
    const alone = (await decoder.decode({ slots: [1], tokens: [next], lengths: [at] })).slice();
    const lengths = [at, half];
    const both = await decoder.decode({ slots: [0, 2], tokens: [next, prompt[half]!], lengths });
    const size = decoder.vocabularySize;
    const way = 'one batch with a sequence of another length';
    expectSame(alone, both.subarray(0, size), { precision, way });
    expectSame(afterPart, both.subarray(size), { precision, way });
    next = likeliest(alone, precision);
  }
  return tokenizer.decode(tokens, { skipSpecialTokens: true });
}

function likeliest(logits: Float32Array, precision: Precision): number {
  let best = 0;
  for (let at = 0; at < logits.length; at += 1) {
    if (!Number.isFinite(logits[at]))
      throw new NeuralError(
        'MODEL_INCOMPLETE',
        `in ${precision} the model computes logits that are no numbers`,
      );
    if (logits[at]! > logits[best]!) best = at;
  }
  return best;
}

function expectSame(
  expected: Float32Array,
  got: Float32Array,
  { precision, way }: { readonly precision: Precision; readonly way: string },
): void {
  let [low, high, off] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let at = 0; at < expected.length; at += 1) {
    low = Math.min(low, expected[at]!);
    high = Math.max(high, expected[at]!);
    off = Math.max(off, Math.abs(expected[at]! - got[at]!));
  }
  if (off <= bounds[precision] * (high - low)) return;
  throw new NeuralError(
    'ONNX_UNSUPPORTED',
    `in ${precision} ${way} gives other logits (by ${off.toPrecision(3)} of ${(high - low).toPrecision(3)}): the graph's cache, mask or positions work otherwise than Hugging Face's`,
  );
}
