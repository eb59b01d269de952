/**
 * How a decoder's rotary frequencies are changed to reach longer contexts, as Hugging Face's `rope_scaling` (transformers
 * 4) or `rope_parameters` (transformers 5) names it. A kind or a field that is not known here is refused by its name:
 * ignoring one would give other logits than the model was trained for.
 */
import { z } from 'zod';

export type RopeScaling =
  | { readonly kind: 'linear'; readonly factor: number }
  /** Changes frequencies only beyond `max_position_embeddings`, which neither trainer nor decoder exceeds: within, no change. */
  | { readonly kind: 'dynamic'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
      /** Positions the model was first trained on. */
      readonly originalPositions: number;
    }
  | {
      readonly kind: 'yarn';
      readonly factor: number;
      readonly originalPositions: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Multiplies cos and sin, and so the attention scores by its square. */
      readonly attentionFactor: number;
      /** Whether the correction range is rounded to whole dimensions. */
      readonly truncate: boolean;
    };

const factor = z.number().min(1);
const positions = z.number().int().positive();
/** Stated twice by many configs; the same number as `original_max_position_embeddings` means. */
const common = { rope_theta: z.number().positive().optional() };

const huggingFaceScaling = z.discriminatedUnion('rope_type', [
  z.strictObject({ ...common, rope_type: z.literal('default') }),
  z.strictObject({ ...common, rope_type: z.literal('linear'), factor }),
  z.strictObject({
    ...common,
    rope_type: z.literal('dynamic'),
    factor,
    original_max_position_embeddings: positions.nullish(),
  }),
  z.strictObject({
    ...common,
    rope_type: z.literal('llama3'),
    factor,
    low_freq_factor: z.number().positive(),
    high_freq_factor: z.number().positive(),
    original_max_position_embeddings: positions,
  }),
  z.strictObject({
    ...common,
    rope_type: z.literal('yarn'),
    factor,
    original_max_position_embeddings: positions.nullish(),
    beta_fast: z.number().positive().nullish(),
    beta_slow: z.number().positive().nullish(),
    attention_factor: z.number().positive().nullish(),
    truncate: z.boolean().default(true),
  }),
]);

/** The `rope_scaling` or `rope_parameters` object, with `type` (before transformers 4.43) read as `rope_type`. */
export const ropeJson = z.preprocess((json) => {
  if (typeof json !== 'object' || json === null) return json;
  const { type, ...rest } = json as Record<string, unknown>;
  return { ...rest, rope_type: rest['rope_type'] ?? type ?? 'default' };
}, huggingFaceScaling);

/** Undefined where the frequencies are the plain ones. */
export function ropeScalingOf(
  json: z.infer<typeof ropeJson>,
  maxPositions: number,
): RopeScaling | undefined {
  switch (json.rope_type) {
    case 'default':
      return undefined;
    case 'linear':
      return { kind: 'linear', factor: json.factor };
    case 'dynamic':
      return { kind: 'dynamic', factor: json.factor };
    case 'llama3':
      return {
        kind: 'llama3',
        factor: json.factor,
        lowFrequencyFactor: json.low_freq_factor,
        highFrequencyFactor: json.high_freq_factor,
        originalPositions: json.original_max_position_embeddings,
      };
    case 'yarn':
      return {
        kind: 'yarn',
        factor: json.factor,
        originalPositions: json.original_max_position_embeddings ?? maxPositions,
        betaFast: json.beta_fast ?? 32,
        betaSlow: json.beta_slow ?? 1,
        attentionFactor: json.attention_factor ?? yarnAttentionFactor(json.factor),
        truncate: json.truncate,
      };
  }
}

/** `rope_scaling` as transformers 4 and 5 both read it. */
export function toRopeScalingJson(scaling: RopeScaling | undefined): Record<string, unknown> | null {
  switch (scaling?.kind) {
    case undefined:
      return null;
    case 'linear':
    case 'dynamic':
      return { rope_type: scaling.kind, factor: scaling.factor };
    case 'llama3':
      return {
        rope_type: 'llama3',
        factor: scaling.factor,
        low_freq_factor: scaling.lowFrequencyFactor,
        high_freq_factor: scaling.highFrequencyFactor,
        original_max_position_embeddings: scaling.originalPositions,
      };
    case 'yarn':
      return {
        rope_type: 'yarn',
        factor: scaling.factor,
        original_max_position_embeddings: scaling.originalPositions,
        beta_fast: scaling.betaFast,
        beta_slow: scaling.betaSlow,
        attention_factor: scaling.attentionFactor,
        truncate: scaling.truncate,
      };
  }
}

/** Peng et al. 2023, equation 22. */
function yarnAttentionFactor(factor: number): number {
  return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
}
