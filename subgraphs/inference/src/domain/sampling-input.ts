/** Sampling as the API is asked for it: what is allowed, and what it means for the engine. */
import type { GenerateInput } from '../__generated__/schema.ts';
import { type Range, type Refusal, refuseRange } from './refusal.ts';
import type { SamplingSettings } from './sampling.ts';

const ranges = {
  temperature: { from: 0, to: 2 },
  topP: { above: 0, to: 1 },
  topK: { from: 0, to: 1_000_000 },
  minP: { from: 0, to: 1 },
  repetitionPenalty: { above: 0, to: 10 },
  presencePenalty: { from: -2, to: 2 },
  frequencyPenalty: { from: -2, to: 2 },
  topLogProbabilities: { from: 0, to: 20 },
  seed: { from: 0, to: 2 ** 31 - 1 },
} as const satisfies Partial<Record<keyof GenerateInput, Range>>;

const names = Object.keys(ranges) as readonly (keyof typeof ranges)[];
export const maxBiases = 300;

/** The first thing wrong with how a completion is to be sampled, or undefined. */
export function refuseSampling(input: GenerateInput): Refusal | undefined {
  for (const name of names) {
    const refusal = refuseRange(`input.${name}`, input[name], ranges[name]);
    if (refusal) return refusal;
  }
  return refuseBiases(input.logitBias ?? []);
}

/** Sampling as asked for. `randomSeed` is used where there is sampling and no seed was given. */
export function samplingOf(input: GenerateInput, randomSeed: () => number): SamplingSettings {
  const temperature = input.temperature ?? 0;
  return {
    temperature,
    topK: input.topK ?? 0,
    topP: input.topP ?? 1,
    minP: input.minP ?? 0,
    repetitionPenalty: input.repetitionPenalty ?? 1,
    presencePenalty: input.presencePenalty ?? 0,
    frequencyPenalty: input.frequencyPenalty ?? 0,
    logitBias: (input.logitBias ?? []).map(({ tokenId, bias }) => ({ tokenId, bias })),
    topLogProbabilities: input.topLogProbabilities ?? 0,
    seed: input.seed ?? (temperature > 0 ? randomSeed() : 0),
  };
}

function refuseBiases(biases: NonNullable<GenerateInput['logitBias']>): Refusal | undefined {
  const field = 'input.logitBias';
  if (biases.length > maxBiases) {
    const message = `There are ${biases.length} biases; at most ${maxBiases} are allowed.`;
    return { kind: 'invalid', field, message };
  }
  for (const [index, { tokenId, bias }] of biases.entries()) {
    const refusal =
      refuseRange(`${field}.${index}.tokenId`, tokenId, { from: 0, to: 2 ** 31 - 1 }) ??
      refuseRange(`${field}.${index}.bias`, bias, { from: -100, to: 100 });
    if (refusal) return refusal;
  }
  return undefined;
}
