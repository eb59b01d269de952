import type { ModelConfig } from './model-config.ts';
import type { RopeScaling } from './rope-scaling.ts';

export interface RotaryOptions {
  readonly positions: number;
  readonly headSize: number;
  readonly theta: number;
  readonly scaling?: RopeScaling | undefined;
}

export function rotaryOptions(config: ModelConfig, positions: number): RotaryOptions {
  return { positions, headSize: config.headSize, theta: config.ropeTheta, scaling: config.ropeScaling };
}

/**
 * cos and sin [positions, headSize / 2] of angle(p, i) = p · frequency(i), in the layout of Hugging Face's Llama (halves,
 * not interleaved). Frequencies and angles are rounded to float32 at the same places as in transformers.
 */
export function rotaryAngles(options: RotaryOptions): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const { positions, headSize, scaling } = options;
  const half = headSize / 2;
  const frequencies = rotaryFrequencies(options);
  const amplitude = scaling?.kind === 'yarn' ? scaling.attentionFactor : 1;
  const cos = new Float32Array(positions * half);
  const sin = new Float32Array(positions * half);
  for (let position = 0; position < positions; position += 1) {
    for (let pair = 0; pair < half; pair += 1) {
      const angle = Math.fround(position * frequencies[pair]!);
      cos[position * half + pair] = Math.cos(angle) * amplitude;
      sin[position * half + pair] = Math.sin(angle) * amplitude;
    }
  }
  return { cos, sin };
}

/** Radians a position turns each pair of a head's elements by, fastest first. */
export function rotaryFrequencies(options: Omit<RotaryOptions, 'positions'>): Float32Array {
  const { headSize, theta, scaling } = options;
  const plain = Float32Array.from({ length: headSize / 2 }, (_, pair) =>
    Math.fround(1 / Math.fround(theta ** ((2 * pair) / headSize))),
  );
  switch (scaling?.kind) {
    case undefined:
    case 'dynamic':
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor);
    case 'llama3':
      return plain.map((frequency) => llama3Frequency(frequency, scaling));
    case 'yarn':
      return yarnFrequencies(plain, { headSize, theta, scaling });
  }
}

/** Slow pairs are stretched by the factor, fast ones kept, those between interpolated (Llama 3.1). */
function llama3Frequency(frequency: number, scaling: RopeScaling & { kind: 'llama3' }): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalPositions } = scaling;
  const turns = (originalPositions * frequency) / (2 * Math.PI);
  if (turns < lowFrequencyFactor) return frequency / factor;
  if (turns > highFrequencyFactor) return frequency;
  const smooth = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return ((1 - smooth) * frequency) / factor + smooth * frequency;
}

/** YaRN (Peng et al. 2023): a ramp over the dimensions between those that turn betaFast and betaSlow times. */
function yarnFrequencies(
  plain: Float32Array,
  options: { headSize: number; theta: number; scaling: RopeScaling & { kind: 'yarn' } },
): Float32Array {
  const { headSize, theta, scaling } = options;
  const dimensionOf = (turns: number): number =>
    (headSize * Math.log(scaling.originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [fast, slow] = [dimensionOf(scaling.betaFast), dimensionOf(scaling.betaSlow)];
  const low = Math.max(0, scaling.truncate ? Math.floor(fast) : fast);
  const high = Math.min(headSize - 1, scaling.truncate ? Math.ceil(slow) : slow);
  const width = high === low ? 0.001 : high - low;
  return plain.map((frequency, pair) => {
    const interpolated = Math.min(1, Math.max(0, (pair - low) / width));
    return (frequency / scaling.factor) * interpolated + frequency * (1 - interpolated);
  });
}
