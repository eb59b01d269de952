import { z } from 'zod';
import { NeuralError } from '../errors.ts';

/** A Llama-style decoder: counts are in tokens, layers, heads or elements. */
export interface ModelConfig {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  readonly tieEmbeddings: boolean;
  /** Standard deviation of a fresh model's weights. */
  readonly initializerRange: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
}

const count = z.number().int().positive().max(2 ** 31);
const tokenId = z.number().int().nonnegative();

/** The fields of Hugging Face's `LlamaConfig` that change the computation; those with a default have transformers' own. */
const huggingFaceConfig = z.object({
  model_type: z.literal('llama'),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  max_position_embeddings: count,
  rope_theta: z.number().positive().default(10_000),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  initializer_range: z.number().positive().default(0.02),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: z.literal(false).default(false),
  mlp_bias: z.literal(false).default(false),
  rope_scaling: z.null().optional(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
});

/** Hugging Face `config.json` -> ModelConfig. Throws `CONFIG_INVALID` naming every field that does not fit. */
export function parseModelConfig(json: unknown): ModelConfig {
  const parsed = huggingFaceConfig.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`);
    throw new NeuralError('CONFIG_INVALID', `config.json: ${problems.join('; ')}`, { details: { problems } });
  }
  const raw = parsed.data;
  const eos = Array.isArray(raw.eos_token_id) ? raw.eos_token_id[0] : raw.eos_token_id;
  return checkModelConfig({
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    keyValueHeads: raw.num_key_value_heads ?? raw.num_attention_heads,
    headSize: raw.head_dim ?? raw.hidden_size / raw.num_attention_heads,
    intermediateSize: raw.intermediate_size,
    maxPositions: raw.max_position_embeddings,
    ropeTheta: raw.rope_theta,
    normEpsilon: raw.rms_norm_eps,
    tieEmbeddings: raw.tie_word_embeddings,
    initializerRange: raw.initializer_range,
    ...(raw.bos_token_id == null ? {} : { bosTokenId: raw.bos_token_id }),
    ...(eos == null ? {} : { eosTokenId: eos }),
  });
}

/** Refuses counts that contradict each other. */
export function checkModelConfig(config: ModelConfig): ModelConfig {
  const problems = [
    config.heads % config.keyValueHeads === 0 || `${config.heads} heads do not divide over ${config.keyValueHeads} key heads`,
    (Number.isInteger(config.headSize) && config.headSize % 2 === 0) || `head size ${config.headSize} is not an even number`,
    (config.eosTokenId ?? 0) < config.vocabularySize || `eos token ${config.eosTokenId} is outside the vocabulary`,
    (config.bosTokenId ?? 0) < config.vocabularySize || `bos token ${config.bosTokenId} is outside the vocabulary`,
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) {
    throw new NeuralError('CONFIG_INVALID', `config.json: ${problems.join('; ')}`, { details: { problems } });
  }
  return config;
}

/** ModelConfig -> the `config.json` that transformers loads as `LlamaForCausalLM`. */
export function toHuggingFaceConfig(config: ModelConfig): Record<string, unknown> {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headSize,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    rope_theta: config.ropeTheta,
    rms_norm_eps: config.normEpsilon,
    tie_word_embeddings: config.tieEmbeddings,
    initializer_range: config.initializerRange,
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    torch_dtype: 'float32',
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenId ?? null,
  };
}
