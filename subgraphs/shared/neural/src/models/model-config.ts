import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { type DecoderFamily, decoderFamilies } from './decoder-families.ts';
import { type RopeScaling, ropeJson, ropeScalingOf, toRopeScalingJson } from './rope-scaling.ts';
import {
  type SlidingWindow,
  slidingWindowFields,
  slidingWindowOf,
  toSlidingWindowJson,
} from './sliding-window.ts';

/** A decoder of Llama's kind: counts are in tokens, layers, heads or elements. What is left out is not there. */
export interface ModelConfig {
  /** `llama` when left out. */
  readonly family?: DecoderFamily;
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly intermediateSize: number;
  readonly maxPositions: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  readonly normEpsilon: number;
  readonly tieEmbeddings: boolean;
  /** Which attention projections add a bias: queries, keys and values, or the output projection as well. */
  readonly attentionBias?: 'qkv' | 'qkvo';
  readonly feedForwardBias?: true;
  /** Each head's query and key go through an RMS norm before they are rotated. */
  readonly queryKeyNorm?: true;
  readonly slidingWindow?: SlidingWindow;
  /** Standard deviation of a fresh model's weights. */
  readonly initializerRange: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
}

const count = z.number().int().positive().max(2 ** 31);
const tokenId = z.number().int().nonnegative();

/** The fields of Hugging Face's configurations that change the computation; those with a default have transformers' own. */
const huggingFaceConfig = z.object({
  model_type: z.enum(decoderFamilies),
  vocab_size: count,
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  intermediate_size: count,
  max_position_embeddings: count,
  rope_theta: z.number().positive().nullish(),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  initializer_range: z.number().positive().default(0.02),
  hidden_act: z.literal('silu').default('silu'),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  partial_rotary_factor: z.literal(1).nullish(),
  /** transformers 4 */
  rope_scaling: ropeJson.nullish(),
  /** transformers 5 */
  rope_parameters: ropeJson.nullish(),
  ...slidingWindowFields,
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
});
type HuggingFaceConfig = z.infer<typeof huggingFaceConfig>;

/** Hugging Face `config.json` -> ModelConfig. Throws `CONFIG_INVALID` naming every field that does not fit. */
export function parseModelConfig(json: unknown): ModelConfig {
  const parsed = huggingFaceConfig.safeParse(json);
  if (!parsed.success) {
    throw invalidConfig(
      parsed.error.issues.map((issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`),
    );
  }
  const raw = parsed.data;
  const family = raw.model_type;
  const rope = raw.rope_parameters ?? raw.rope_scaling ?? undefined;
  const ropeScaling = rope === undefined ? undefined : ropeScalingOf(rope, raw.max_position_embeddings);
  const slidingWindow = slidingWindowOf(raw, { family, layers: raw.num_hidden_layers });
  if (typeof slidingWindow === 'string') throw invalidConfig([slidingWindow]);
  const attentionBias = attentionBiasOf(raw);
  const eos = Array.isArray(raw.eos_token_id) ? raw.eos_token_id[0] : raw.eos_token_id;
  return checkModelConfig({
    ...(family === 'llama' ? {} : { family }),
    vocabularySize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads: raw.num_attention_heads,
    keyValueHeads: raw.num_key_value_heads ?? defaultKeyValueHeads(raw),
    headSize: raw.head_dim ?? (family === 'qwen3' ? 128 : raw.hidden_size / raw.num_attention_heads),
    intermediateSize: raw.intermediate_size,
    maxPositions: raw.max_position_embeddings,
    ropeTheta: raw.rope_theta ?? rope?.rope_theta ?? 10_000,
    ...(ropeScaling === undefined ? {} : { ropeScaling }),
    normEpsilon: raw.rms_norm_eps,
    tieEmbeddings: raw.tie_word_embeddings,
    ...(attentionBias === undefined ? {} : { attentionBias }),
    ...(family === 'llama' && raw.mlp_bias ? { feedForwardBias: true } : {}),
    ...(family === 'qwen3' ? { queryKeyNorm: true } : {}),
    ...(slidingWindow === undefined ? {} : { slidingWindow }),
    initializerRange: raw.initializer_range,
    ...(raw.bos_token_id == null ? {} : { bosTokenId: raw.bos_token_id }),
    ...(eos == null ? {} : { eosTokenId: eos }),
  });
}

/** Mistral has none whatever its config says, Qwen2 always those of queries, keys and values. */
function attentionBiasOf(raw: HuggingFaceConfig): ModelConfig['attentionBias'] {
  if (raw.model_type === 'qwen2') return 'qkv';
  return raw.model_type !== 'mistral' && raw.attention_bias ? 'qkvo' : undefined;
}

function defaultKeyValueHeads(raw: HuggingFaceConfig): number {
  if (raw.num_key_value_heads === null || raw.model_type === 'llama') return raw.num_attention_heads;
  return raw.model_type === 'mistral' ? 8 : 32;
}

const biasesOf: Readonly<Record<DecoderFamily, readonly ModelConfig['attentionBias'][]>> = {
  llama: [undefined, 'qkvo'],
  mistral: [undefined],
  qwen2: ['qkv'],
  qwen3: [undefined, 'qkvo'],
};

/** Refuses counts and features that contradict each other or that the family does not have. */
export function checkModelConfig(config: ModelConfig): ModelConfig {
  const { family = 'llama', attentionBias } = config;
  const problems = [
    config.heads % config.keyValueHeads === 0 || `${config.heads} heads do not divide over ${config.keyValueHeads} key heads`,
    (Number.isInteger(config.headSize) && config.headSize % 2 === 0) || `head size ${config.headSize} is not an even number`,
    (config.eosTokenId ?? 0) < config.vocabularySize || `eos token ${config.eosTokenId} is outside the vocabulary`,
    (config.bosTokenId ?? 0) < config.vocabularySize || `bos token ${config.bosTokenId} is outside the vocabulary`,
    biasesOf[family].includes(attentionBias) || `${family} has ${biasesOf[family].map((bias) => bias ?? 'no').join(' or ')} attention biases`,
    config.feedForwardBias === undefined || family === 'llama' || `${family} has no biases in its feed-forward layers`,
    (config.queryKeyNorm === true) === (family === 'qwen3') || `${family} ${family === 'qwen3' ? 'normalises' : 'does not normalise'} queries and keys`,
    config.slidingWindow === undefined || family !== 'llama' || 'llama has no sliding window',
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) throw invalidConfig(problems);
  return config;
}

export function invalidConfig(problems: readonly string[]): NeuralError {
  return new NeuralError('CONFIG_INVALID', `config.json: ${problems.join('; ')}`, { details: { problems } });
}

const architectureNames: Readonly<Record<DecoderFamily, string>> = {
  llama: 'LlamaForCausalLM',
  mistral: 'MistralForCausalLM',
  qwen2: 'Qwen2ForCausalLM',
  qwen3: 'Qwen3ForCausalLM',
};

/** ModelConfig -> the `config.json` that transformers loads as the family's causal language model. */
export function toHuggingFaceConfig(config: ModelConfig): Record<string, unknown> {
  const { family = 'llama', layers } = config;
  return {
    architectures: [architectureNames[family]],
    model_type: family,
    vocab_size: config.vocabularySize,
    hidden_size: config.hiddenSize,
    num_hidden_layers: layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyValueHeads,
    head_dim: config.headSize,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    rope_theta: config.ropeTheta,
    ...(config.ropeScaling === undefined ? {} : { rope_scaling: toRopeScalingJson(config.ropeScaling) }),
    rms_norm_eps: config.normEpsilon,
    tie_word_embeddings: config.tieEmbeddings,
    initializer_range: config.initializerRange,
    hidden_act: 'silu',
    attention_bias: config.attentionBias !== undefined,
    ...(family === 'llama' ? { mlp_bias: config.feedForwardBias === true } : {}),
    ...toSlidingWindowJson(config.slidingWindow, { family, layers }),
    torch_dtype: 'float32',
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenId ?? null,
  };
}
