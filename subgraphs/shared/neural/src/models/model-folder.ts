/**
 * A model as Hugging Face lays it out: config.json, tokenizer.json, tokenizer_config.json, model.safetensors (whole, or in
 * shards with their index). Reading verifies all of it; a model that loads can be served.
 */
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { writeFolderAtomically } from '../files.ts';
import { type ChatTemplate, stopTokenIds } from '../tokenizers/chat-template.ts';
import { readChatTemplate, readJson, readTokenizer } from '../tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { checkWeights } from '../weights/check-weights.ts';
import { serializeSafetensors } from '../weights/safetensors.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { type ModelConfig, parseModelConfig, toHuggingFaceConfig } from './model-config.ts';
import { requireGenerator } from './model-purpose.ts';
import { decoderTensors, readModelWeights } from './model-weights.ts';

export interface ModelFolder {
  readonly config: ModelConfig;
  readonly weights: TensorMap;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
}

export const modelFiles = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'] as const;
type ModelFile = (typeof modelFiles)[number];

/**
 * Throws `MODEL_INCOMPLETE` for a missing file or tensors that do not fit the configuration, and the code of the part
 * for a malformed one: `CONFIG_INVALID`, `TOKENIZER_INVALID`, `SAFETENSORS_CORRUPT`.
 */
export async function loadModelFolder(dir: string): Promise<ModelFolder> {
  const json = await readJson(dir, 'config.json');
  requireGenerator(json);
  const config = parseModelConfig(json);
  const tokenizer = await readTokenizer(dir);
  const chatTemplate = await readChatTemplate(dir);
  const source = join(dir, 'model.safetensors');
  const weights = decoderTensors(config, await readModelWeights(dir), source);
  checkWeights(config, weights, source);
  checkVocabulary({ config, weights, tokenizer, chatTemplate });
  return { config, weights, tokenizer, chatTemplate };
}

/** The folder appears complete or not at all; one of that name is replaced. */
export async function writeModelFolder(dir: string, model: ModelFolder): Promise<void> {
  checkWeights(model.config, model.weights);
  checkVocabulary(model);
  await writeFolderAtomically(
    dir,
    new Map<string, Uint8Array | string>([
      ...modelSettings(model),
      ['model.safetensors', serializeSafetensors(model.weights, { format: 'pt' })],
    ]),
  );
}

/** All that is beside the weights, by file. */
export function modelSettings(model: ModelFolder): ReadonlyMap<ModelFile, string> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return new Map([
    ['config.json', json(toHuggingFaceConfig(model.config))],
    ['tokenizer.json', json(model.tokenizer.toTokenizerJson())],
    ['tokenizer_config.json', json(model.chatTemplate.toTokenizerConfig(model.config))],
  ]);
}

function checkVocabulary({ config, tokenizer, chatTemplate }: ModelFolder): void {
  stopTokenIds({ tokenizer, chatTemplate });
  if (tokenizer.vocabularySize > config.vocabularySize) {
    throw new NeuralError(
      'MODEL_INCOMPLETE',
      `the tokenizer has ${tokenizer.vocabularySize} tokens, the model's embedding ${config.vocabularySize}`,
    );
  }
}
