import { z } from 'zod';
import { invalidConfig } from './model-config.ts';

/** An encoder of BERT's kind (Devlin et al. 2018): every token sees every other of its text. Counts as in `ModelConfig`. */
export interface EncoderConfig {
  readonly family: 'bert';
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  /** Rows of the table that tells two texts of one input apart; one text alone is of the first. */
  readonly segmentTypes: number;
  readonly normEpsilon: number;
  readonly initializerRange: number;
  readonly padTokenId: number;
}

const count = z.number().int().positive().max(2 ** 31);

/** The fields of Hugging Face's `BertConfig` that change the computation; those with a default have transformers' own. */
const huggingFaceConfig = z.object({
  model_type: z.literal('bert'),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  intermediate_size: count,
  max_position_embeddings: count.default(512),
  type_vocab_size: count.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  initializer_range: z.number().positive().default(0.02),
  hidden_act: z.literal('gelu').default('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  is_decoder: z.literal(false).default(false),
  add_cross_attention: z.literal(false).default(false),
  pad_token_id: z.number().int().nonnegative().nullish(),
});

const modelType = z.object({ model_type: z.literal('bert') });

/** Whether a `config.json` is of an encoder, sound or not. */
export const describesEncoder = (json: unknown): boolean => modelType.safeParse(json).success;

/** Hugging Face `config.json` -> EncoderConfig. Throws `CONFIG_INVALID` naming every field that does not fit. */
export function parseEncoderConfig(json: unknown): EncoderConfig {
  const parsed = huggingFaceConfig.safeParse(json);
  if (!parsed.success) {
    throw invalidConfig(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`),
    );
  }
  const raw = parsed.data;
  return checkEncoderConfig({
    family: 'bert',
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    maxPositions: raw.max_position_embeddings,
    segmentTypes: raw.type_vocab_size,
    normEpsilon: raw.layer_norm_eps,
    initializerRange: raw.initializer_range,
    padTokenId: raw.pad_token_id ?? 0,
  });
}

export function checkEncoderConfig(config: EncoderConfig): EncoderConfig {
  const { hiddenSize, heads, padTokenId, vocabularySize } = config;
  const problems = [
    hiddenSize % heads === 0 || `a width of ${hiddenSize} does not divide over ${heads} heads`,
    padTokenId < vocabularySize || `pad token ${padTokenId} is outside the vocabulary`,
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) throw invalidConfig(problems);
  return config;
}

/** EncoderConfig -> the `config.json` that transformers loads: a `BertModel`, or a classifier of these labels. */
export function toHuggingFaceEncoderConfig(
  config: EncoderConfig,
  labels?: readonly string[],
): Record<string, unknown> {
  return {
    architectures: [labels === undefined ? 'BertModel' : 'BertForSequenceClassification'],
    model_type: 'bert',
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    type_vocab_size: config.segmentTypes,
    layer_norm_eps: config.normEpsilon,
    initializer_range: config.initializerRange,
    hidden_act: 'gelu',
    position_embedding_type: 'absolute',
    pad_token_id: config.padTokenId,
    torch_dtype: 'float32',
    ...(labels === undefined ? {} : labelFields(labels)),
  };
}

/** Class i is `labels[i]`. */
export function labelFields(labels: readonly string[]): Record<string, unknown> {
  return {
    num_labels: labels.length,
    id2label: Object.fromEntries(labels.map((label, id) => [String(id), label])),
    label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    problem_type: 'single_label_classification',
  };
}

const labelJson = z.object({ id2label: z.record(z.string(), z.string()) });

/** The labels of a classifier's `config.json`, by class. */
export function parseLabels(json: unknown): readonly string[] {
  const parsed = labelJson.safeParse(json);
  if (!parsed.success) throw invalidConfig(['id2label is missing: the folder holds no classifier']);
  const byId = parsed.data.id2label;
  return Object.keys(byId).map((_, id) => {
    const label = byId[String(id)];
    if (label === undefined) throw invalidConfig([`id2label names no class ${id}`]);
    return label;
  });
}
