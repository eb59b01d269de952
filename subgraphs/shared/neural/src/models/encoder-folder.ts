/**
 * An encoder as Hugging Face lays it out, with its WordPiece vocabulary: config.json, tokenizer.json, tokenizer_config.json,
 * model.safetensors (or shards). With labels it is a classifier, `BertForSequenceClassification`; else a `BertModel`, whose
 * tokens are pooled to a vector (`sentence-pooling.ts`). Beside its safetensors is written its graph:
 *
 *   onnx/model.onnx      input_ids, attention_mask, token_type_ids -> logits [texts, labels], or sentence_embedding [texts, hidden]
 */
import { join } from 'node:path';
import { z } from 'zod';
import { poolerName } from '../architectures/bert-parameters.ts';
import type { ParameterSpec } from '../architectures/parameters.ts';
import { textModel } from '../architectures/text-model.ts';
import { NeuralError } from '../errors.ts';
import type { TextExportOptions } from '../export/graph-names.ts';
import { type ExportedFile, exportedFiles, precisionPieces } from '../export/graph-pieces.ts';
import { type FileContent, writeFolderAtomically } from '../files.ts';
import { buildTextEncoderGraph } from '../serving/text-encoder-graph.ts';
import type { Precision } from '../serving/weight-product.ts';
import { readJson } from '../tokenizers/read-tokenizer.ts';
import { WordPiece } from '../tokenizers/word-piece.ts';
import { checkTensors } from '../weights/check-weights.ts';
import { serializeSafetensors } from '../weights/safetensors.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { type EncoderConfig, parseEncoderConfig, parseLabels, toHuggingFaceEncoderConfig } from './encoder-config.ts';
import { encoderTensors, readModelWeights } from './model-weights.ts';
import { meanPooling, poolingFiles, readPooling, type SentencePooling } from './sentence-pooling.ts';

export interface EncoderFolder {
  readonly config: EncoderConfig;
  /** By the names of `BertModel`; a classifier's head is `classifier`. */
  readonly weights: TensorMap;
  readonly tokenizer: WordPiece;
  /** Of a classifier: class i is `labels[i]`. */
  readonly labels?: readonly string[];
  /** Of vectors; the mean, of length 1, without it. */
  readonly pooling?: SentencePooling;
}

const architectures = z.object({ architectures: z.array(z.string()).default([]) });

/** Throws as `loadModelFolder` does: `MODEL_INCOMPLETE`, `CONFIG_INVALID`, `TOKENIZER_INVALID`, `SAFETENSORS_CORRUPT`. */
export async function loadEncoderFolder(dir: string): Promise<EncoderFolder> {
  const shell = await readEncoderShell(dir);
  const folder: EncoderFolder = { ...shell, weights: encoderTensors(await readModelWeights(dir)) };
  checkFolder(folder, join(dir, 'model.safetensors'));
  return folder;
}

/** All but its weights, which nothing here is held against. Throws as `loadEncoderFolder`. */
export async function readEncoderShell(dir: string): Promise<Omit<EncoderFolder, 'weights'>> {
  const json = await readJson(dir, 'config.json');
  const isClassifier = architectures.parse(json).architectures.includes('BertForSequenceClassification');
  return {
    config: parseEncoderConfig(json),
    tokenizer: WordPiece.fromTokenizerJson(await readJson(dir, 'tokenizer.json')),
    ...(isClassifier ? { labels: parseLabels(json) } : { pooling: await readPooling(dir) }),
  };
}

/** The folder appears complete or not at all; one of that name is replaced. Returns what it holds. */
export async function writeEncoderFolder(
  dir: string,
  folder: EncoderFolder,
  { precisions = ['fp32'] }: TextExportOptions = {},
): Promise<readonly ExportedFile[]> {
  checkFolder(folder, 'model');
  const { config, weights, tokenizer, labels, pooling = meanPooling } = folder;
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const named = new Map(
    [...weights].map(([name, tensor]) => [
      labels === undefined || name.startsWith('classifier.') ? name : `bert.${name}`,
      tensor,
    ]),
  );
  const output = labels === undefined ? (pooling.isNormalized ? 'vectors' : 'plain-vectors') : 'classes';
  const graph = (precision: Precision) =>
    buildTextEncoderGraph({ config, weights, precision, output, exported: pooling.tokens });
  const files = new Map<string, FileContent>([
    ['config.json', json(toHuggingFaceEncoderConfig(config, labels))],
    ['tokenizer.json', json(tokenizer.toTokenizerJson())],
    ['tokenizer_config.json', json(tokenizerConfig(config))],
    ...(labels === undefined ? poolingFiles(pooling, config.hiddenSize) : []),
    ...precisionPieces(graph, precisions),
    ['model.safetensors', serializeSafetensors(named, { format: 'pt' })],
  ]);
  await writeFolderAtomically(dir, files);
  return exportedFiles(files);
}

function checkFolder({ config, weights, tokenizer, labels }: EncoderFolder, source: string): void {
  checkTensors(specsOf(config, { weights, labels }), weights, source);
  if (tokenizer.vocabularySize > config.vocabularySize) {
    throw new NeuralError(
      'MODEL_INCOMPLETE',
      `the tokenizer has ${tokenizer.vocabularySize} tokens, the model's embedding ${config.vocabularySize}`,
    );
  }
}

/** A body may come with its pooler or without: only a classifier reads it. */
function specsOf(
  config: EncoderConfig,
  { weights, labels }: { readonly weights: TensorMap; readonly labels: readonly string[] | undefined },
): readonly ParameterSpec[] {
  const model = textModel(config);
  const head = model.classifierParameters(labels?.length ?? 1);
  if (labels !== undefined) return [...model.parameters, ...head];
  const pooler = head.filter(({ name }) => name.startsWith(poolerName));
  return weights.has(`${poolerName}.weight`) ? [...model.parameters, ...pooler] : model.parameters;
}

function tokenizerConfig({ maxPositions }: EncoderConfig): Record<string, unknown> {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: true,
    model_max_length: maxPositions,
    unk_token: '[UNK]',
    sep_token: '[SEP]',
    pad_token: '[PAD]',
    cls_token: '[CLS]',
    mask_token: '[MASK]',
  };
}
