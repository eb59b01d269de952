/**
 * Which layers of a decoder look back a limited number of tokens. Mistral states one window for all layers, Qwen one for
 * the layers from `max_window_layers` on; transformers 5 also writes the outcome out as `layer_types`.
 */
import { z } from 'zod';
import type { DecoderFamily } from './decoder-families.ts';

export interface SlidingWindow {
  /** Tokens a token sees, itself included. */
  readonly tokens: number;
  /** Layers before this one see everything. */
  readonly firstLayer: number;
}

const count = z.number().int().positive();
export const slidingWindowFields = {
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().default(false),
  max_window_layers: z.number().int().nonnegative().default(28),
  layer_types: z.array(z.enum(['full_attention', 'sliding_attention'])).nullish(),
};

interface SlidingWindowJson {
  readonly sliding_window?: number | null | undefined;
  readonly use_sliding_window: boolean;
  readonly max_window_layers: number;
  readonly layer_types?: readonly ('full_attention' | 'sliding_attention')[] | null | undefined;
}

/** Undefined where every layer sees all tokens before it; a string says why the fields cannot be followed. */
export function slidingWindowOf(
  json: SlidingWindowJson,
  model: { readonly family: DecoderFamily; readonly layers: number },
): SlidingWindow | undefined | string {
  const { family, layers } = model;
  // Defaults of transformers' configuration classes.
  const tokens = json.sliding_window === undefined ? 4096 : json.sliding_window;
  const windowed = family === 'mistral' || (family !== 'llama' && json.use_sliding_window);
  if (!windowed || tokens === null) return undefined;
  const kinds = json.layer_types ?? undefined;
  if (kinds === undefined) {
    const firstLayer = family === 'mistral' ? 0 : json.max_window_layers;
    return firstLayer < layers ? { tokens, firstLayer } : undefined;
  }
  const firstLayer = kinds.includes('sliding_attention') ? kinds.indexOf('sliding_attention') : layers;
  if (kinds.length !== layers) return `layer_types names ${kinds.length} layers of ${layers}`;
  if (kinds.slice(firstLayer).includes('full_attention'))
    return 'layer_types alternates windows with full attention, which is not supported';
  return firstLayer < layers ? { tokens, firstLayer } : undefined;
}

export function toSlidingWindowJson(
  window: SlidingWindow | undefined,
  model: { readonly family: DecoderFamily; readonly layers: number },
): Record<string, unknown> {
  if (model.family === 'llama') return {};
  if (model.family === 'mistral') return { sliding_window: window?.tokens ?? null };
  return {
    use_sliding_window: window !== undefined,
    sliding_window: window?.tokens ?? null,
    max_window_layers: window?.firstLayer ?? model.layers,
  };
}
