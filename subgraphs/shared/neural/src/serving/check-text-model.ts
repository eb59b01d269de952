/**
 * Whether a folder's model that reads whole texts can be served, found out by serving it: a text must give the same numbers alone
 * and beside a longer one, and numbers they must be.
 */
import { NeuralError } from '../errors.ts';
import { encodeText, loadTextModelFolder, openTextRunner } from '../models/text-model-folder.ts';
import { elementCount } from '../weights/tensor.ts';

export const goldenTexts = [
  'What is the capital of France?',
  'Nobody knows for certain who was the first to see it, say the books, and that will not change.',
] as const;
const maxTokens = 64;
/** Of the largest number. Rounding parts the two ways by 1e-6. */
const bound = 0.001;

export interface CheckedTextModel {
  readonly parameterCount: number;
  readonly vocabularySize: number;
}

/** Throws a `NeuralError` that names what is wrong. */
export async function checkTextModel(
  folder: string,
  options: { readonly threads?: number } = {},
): Promise<CheckedTextModel> {
  const model = await loadTextModelFolder(folder);
  const runner = openTextRunner(model, options);
  try {
    const limit = { maxTokens: Math.min(maxTokens, model.config.maxPositions) };
    const texts = goldenTexts.map((text) => encodeText(model, text, limit));
    const together = await runner.run(texts);
    for (const [at, ids] of texts.entries()) expectSame((await runner.run([ids]))[0]!, together[at]!);
  } finally {
    await runner.release();
  }
  const parameterCount = [...model.weights.values()].reduce(
    (total, { dims }) => total + elementCount(dims),
    0,
  );
  return { parameterCount, vocabularySize: model.config.vocabularySize };
}

function expectSame(alone: Float32Array, together: Float32Array): void {
  if (![...alone, ...together].every(Number.isFinite))
    throw new NeuralError('MODEL_INCOMPLETE', 'the model computes numbers that are none');
  const largest = alone.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const off = alone.reduce((most, value, at) => Math.max(most, Math.abs(value - together[at]!)), 0);
  if (off <= bound * largest) return;
  throw new NeuralError(
    'MODEL_INCOMPLETE',
    `a text beside a longer one gives other numbers (by ${off.toPrecision(3)} of ${largest.toPrecision(3)})`,
  );
}
