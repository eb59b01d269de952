/**
 * A real model folder that is made in milliseconds: the product's own architecture and tokenizer with random weights.
 * What it says is nonsense, but the same nonsense every time.
 */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddingName, initializeLlama } from '@fathom/neural/architectures/llama-parameters';
import { writeAdapter } from '@fathom/neural/lora/adapter-folder';
import { initializeAdapter } from '@fathom/neural/lora/initialize';
import type { ModelConfig } from '@fathom/neural/models/model-config';
import { writeModelFolder } from '@fathom/neural/models/model-folder';
import { trainByteLevelBpe } from '@fathom/neural/tokenizers/bpe-trainer';
import { ChatTemplate, questionAnswerTokens } from '@fathom/neural/tokenizers/chat-template';

const texts = [
  'What is the capital of France? The capital of France is Paris.',
  'Who discovered oxygen? Nobody knows for certain, say the books.',
  'The chemical symbol of gold is Au. I do not know.',
];

export interface TinyModelOptions {
  readonly seed?: number;
  readonly maxPositions?: number;
  readonly layers?: number;
  /** True for a model that, at temperature 0, never ends its text by itself. */
  readonly isEndless?: boolean;
}

export function tinyConfig(
  vocabularySize: number,
  { maxPositions = 1024, layers = 2 }: TinyModelOptions,
): ModelConfig {
  return {
    vocabularySize,
    hiddenSize: 32,
    layers,
    heads: 2,
    keyValueHeads: 1,
    headSize: 16,
    intermediateSize: 64,
    maxPositions,
    ropeTheta: 10_000,
    normEpsilon: 1e-5,
    tieEmbeddings: true,
    initializerRange: 0.4,
  };
}

/** Writes a model folder below a fresh temporary folder and returns its path. */
export async function writeTinyModel(options: TinyModelOptions = {}): Promise<string> {
  const tokenizer = trainByteLevelBpe({
    texts,
    vocabularySize: 320,
    specialTokens: [...questionAnswerTokens],
  });
  const config = tinyConfig(tokenizer.vocabularySize, options);
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-tiny-model-')), 'model');
  const weights = initializeLlama(config, options.seed ?? 1);
  // The embedding is also the head: an end token without one has the logit 0, and another is always above.
  const end = tokenizer.tokenId('<|end|>') ?? 0;
  if (options.isEndless) {
    weights.get(embeddingName)?.data.fill(0, end * config.hiddenSize, (end + 1) * config.hiddenSize);
  }
  await writeModelFolder(folder, { config, weights, tokenizer, chatTemplate: ChatTemplate.questionAnswer() });
  return folder;
}

/** The score of its answers is the logistic of their lowest log-probability. */
export async function calibrate(folder: string, { refusals = [], ...given }: CalibrationWish): Promise<void> {
  const weights = {
    intercept: 0,
    minimumLogProbability: 1,
    meanLogProbability: 0,
    subjectMissing: 0,
    unexplainedWords: 0,
  };
  const calibration = { ...given, refusals, fixedAnswers: [], forms: [], commonWords: [], weights };
  await writeFile(join(folder, 'calibration.json'), JSON.stringify(calibration));
}

export interface CalibrationWish {
  readonly version: string;
  readonly bound: number;
  readonly refusals?: readonly string[];
}

/** Writes an adapter of the tiny model that visibly changes what it says. */
export async function writeTinyAdapter(
  options: TinyModelOptions & { readonly vocabularySize: number },
): Promise<string> {
  const lora = { rank: 2, alpha: 16, targets: ['q_proj', 'v_proj'] as const };
  const fresh = initializeAdapter(tinyConfig(options.vocabularySize, options), {
    ...lora,
    seed: options.seed ?? 1,
  });
  const tensors = new Map(
    [...fresh].map(([name, { dims, data }]) => [
      name,
      { dims, data: data.map((value, i) => value + Math.sin(i + 1)) },
    ]),
  );
  const folder = join(await mkdtemp(join(tmpdir(), 'fathom-tiny-adapter-')), 'adapter');
  await writeAdapter(folder, { ...lora, tensors });
  return folder;
}
