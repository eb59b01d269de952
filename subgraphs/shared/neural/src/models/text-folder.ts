/**
 * A decoder that reads whole texts, as Hugging Face lays it out: `LlamaForSequenceClassification` and its relatives', whose
 * config names the labels, or `LlamaModel`, whose tokens are pooled to the text's vector (`sentence-pooling.ts`). Beside its safetensors lies its
 * graph, which any ONNX runtime serves:
 *
 *   onnx/model.onnx      input_ids, attention_mask -> logits [texts, labels], or sentence_embedding [texts, hidden]
 */
import { join } from 'node:path';
import { textModel } from '../architectures/text-model.ts';
import { NeuralError } from '../errors.ts';
import type { TextExportOptions } from '../export/graph-names.ts';
import { type ExportedFile, exportedFiles, precisionPieces } from '../export/graph-pieces.ts';
import { type FileContent, writeFolderAtomically } from '../files.ts';
import { buildTextDecoderGraph } from '../serving/text-decoder-graph.ts';
import type { Precision } from '../serving/weight-product.ts';
import type { ChatTemplate } from '../tokenizers/chat-template.ts';
import { readChatTemplate, readJson, readTokenizer } from '../tokenizers/read-tokenizer.ts';
import type { Tokenizer } from '../tokenizers/tokenizer.ts';
import { checkTensors } from '../weights/check-weights.ts';
import { serializeSafetensors } from '../weights/safetensors.ts';
import type { TensorMap } from '../weights/tensor.ts';
import { labelFields, parseLabels } from './encoder-config.ts';
import { invalidConfig, type ModelConfig, parseModelConfig, toHuggingFaceConfig } from './model-config.ts';
import { purposeOf } from './model-purpose.ts';
import { isBuffer, readModelWeights } from './model-weights.ts';
import { meanPooling, poolingFiles, readPooling, type SentencePooling } from './sentence-pooling.ts';

export interface TextFolder {
  readonly config: ModelConfig;
  /** By the names of the causal model; a classifier's head is `score.weight`. */
  readonly weights: TensorMap;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate;
  /** Of a classifier: class i is `labels[i]`. Without them it makes vectors. */
  readonly labels?: readonly string[];
  /** Of vectors; the mean, of length 1, without it. */
  readonly pooling?: SentencePooling;
}

/** A body of its own has names without the part of the causal model that it is. */
const bodyPrefix = 'model.';

/** Throws as `loadModelFolder` does, and `CONFIG_INVALID` for a model that generates text. */
export async function loadTextFolder(dir: string): Promise<TextFolder> {
  const shell = await readTextShell(dir);
  const read = [...(await readModelWeights(dir))].filter(([name]) => !isBuffer(name));
  const weights = new Map(
    shell.labels === undefined ? read.map(([name, tensor]) => [`${bodyPrefix}${name}`, tensor]) : read,
  );
  const folder: TextFolder = { ...shell, weights };
  checkFolder(folder, join(dir, 'model.safetensors'));
  return folder;
}

/** All but its weights, which nothing here is held against. Throws as `loadTextFolder`. */
export async function readTextShell(dir: string): Promise<Omit<TextFolder, 'weights'>> {
  const json = await readJson(dir, 'config.json');
  const purpose = purposeOf(json);
  if (purpose === 'generation')
    throw invalidConfig(['architectures: this is a model that generates text; it has neither labels nor vectors']);
  return {
    config: parseModelConfig(json),
    tokenizer: await readTokenizer(dir),
    chatTemplate: await readChatTemplate(dir),
    ...(purpose === 'classification' ? { labels: parseLabels(json) } : { pooling: await readPooling(dir) }),
  };
}

/** The folder appears complete or not at all; one of that name is replaced. Returns what it holds. */
export async function writeTextFolder(
  dir: string,
  folder: TextFolder,
  { precisions = ['fp32'] }: TextExportOptions = {},
): Promise<readonly ExportedFile[]> {
  const { weights, labels } = folder;
  const named =
    labels === undefined
      ? new Map([...weights].map(([name, tensor]) => [name.slice(bodyPrefix.length), tensor]))
      : weights;
  const safetensors = serializeSafetensors(named, { format: 'pt' });
  const files = new Map([...servedFiles(folder, precisions), ['model.safetensors', safetensors] as const]);
  await writeFolderAtomically(dir, files);
  return exportedFiles(files);
}

function servedFiles(folder: TextFolder, precisions: readonly Precision[]): ReadonlyMap<string, FileContent> {
  checkFolder(folder, 'model');
  const { config, tokenizer, chatTemplate, labels, pooling = meanPooling } = folder;
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return new Map<string, FileContent>([
    ['config.json', json(textConfig(folder))],
    ['tokenizer.json', json(tokenizer.toTokenizerJson())],
    ['tokenizer_config.json', json(chatTemplate.toTokenizerConfig(config))],
    ...(labels === undefined ? poolingFiles(pooling, config.hiddenSize) : []),
    ...precisionPieces((precision) => buildTextDecoderGraph(folder, precision), precisions),
  ]);
}

/** What such a model reads of a text: as its tokenizer gives it to any program, cut at its end. */
export function encodeWholeText(
  tokenizer: Tokenizer,
  text: string,
  { maxTokens }: { readonly maxTokens: number },
): readonly number[] {
  return [...tokenizer.textPrefix, ...tokenizer.encode(text)].slice(0, maxTokens);
}

/** What fills a row behind a shorter text; it is never seen. */
export function padTokenIdOf({ tokenizer, chatTemplate }: Pick<TextFolder, 'tokenizer' | 'chatTemplate'>): number {
  const pad = chatTemplate.padToken ?? chatTemplate.stopTokens[0];
  return (pad === undefined ? undefined : tokenizer.tokenId(pad)) ?? 0;
}

function textConfig(folder: TextFolder): Record<string, unknown> {
  const causal = toHuggingFaceConfig(folder.config);
  const [architecture] = causal['architectures'] as readonly [string];
  const ending = folder.labels === undefined ? 'Model' : 'ForSequenceClassification';
  return {
    ...causal,
    architectures: [architecture.replace('ForCausalLM', ending)],
    // transformers finds a text's last token by it.
    pad_token_id: padTokenIdOf(folder),
    ...(folder.labels === undefined ? {} : labelFields(folder.labels)),
  };
}

function checkFolder({ config, weights, tokenizer, labels }: TextFolder, source: string): void {
  const model = textModel(config);
  const head = labels === undefined ? [] : model.classifierParameters(labels.length);
  checkTensors([...model.parameters, ...head], weights, source);
  if (tokenizer.vocabularySize <= config.vocabularySize) return;
  throw new NeuralError(
    'MODEL_INCOMPLETE',
    `the tokenizer has ${tokenizer.vocabularySize} tokens, the model's embedding ${config.vocabularySize}`,
  );
}
