/**
 * Chooses the next token from a row of logits.
 *
 * Order of the filters: temperature, then top-k, then top-p over what top-k left, as Hugging Face and vLLM have it.
 * The log-probability reported is the model's own (temperature 1, no filter): it says how likely the model found the
 * token, not how the sampler was set.
 */
import { uniformAt } from './random.ts';

export interface SamplingSettings {
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** Sample among this many likeliest tokens; 0 means all. */
  readonly topK: number;
  /** Sample among the likeliest tokens that together have this probability; 1 means all. */
  readonly topP: number;
  readonly seed: number;
}

export interface SampledToken {
  readonly tokenId: number;
  /** Natural logarithm. */
  readonly logProbability: number;
}

/** A row of logits that is no distribution: the weights or the device are faulty. */
export class LogitsNotFiniteError extends Error {
  override readonly name = 'LogitsNotFiniteError';
}

export interface SampleOptions {
  /** One row, [vocabularySize]. Read only. */
  readonly logits: Float32Array;
  readonly settings: SamplingSettings;
  /** The token's index in the completion; with the seed it decides the draw. */
  readonly position: number;
}

/** The token for a position. Ties go to the smaller id. Throws LogitsNotFiniteError. */
export function sampleToken({ logits, settings, position }: SampleOptions): SampledToken {
  const best = argMax(logits);
  const maximum = logits[best] ?? Number.NaN;
  if (!Number.isFinite(maximum)) throw new LogitsNotFiniteError(`The largest logit is ${maximum}.`);
  const tokenId =
    settings.temperature === 0 ? best : draw(candidatesOf(logits, settings), settings, position, maximum);
  return {
    tokenId,
    logProbability: (logits[tokenId] ?? 0) - maximum - Math.log(sumOfExponentials(logits, maximum)),
  };
}

interface Candidate {
  readonly tokenId: number;
  readonly logit: number;
}

function draw(
  candidates: readonly Candidate[],
  settings: SamplingSettings,
  position: number,
  maximum: number,
): number {
  const weights = candidates.map(({ logit }) => Math.exp((logit - maximum) / settings.temperature));
  const kept = settings.topP < 1 ? nucleusSize(weights, settings.topP) : weights.length;
  let total = 0;
  for (let i = 0; i < kept; i++) total += weights[i] ?? 0;
  let remaining = uniformAt(settings.seed, position) * total;
  for (let i = 0; i < kept; i++) {
    remaining -= weights[i] ?? 0;
    if (remaining < 0) return candidates[i]?.tokenId ?? 0;
  }
  return candidates[kept - 1]?.tokenId ?? 0;
}

/** How many of the descending weights it takes to reach a share of their sum. */
function nucleusSize(weights: readonly number[], share: number): number {
  const target = share * weights.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  for (let i = 0; i < weights.length; i++) {
    reached += weights[i] ?? 0;
    if (reached >= target) return i + 1;
  }
  return weights.length;
}

/**
 * The tokens that the filters can keep, likeliest first. Only what can matter is sorted: sorting a whole vocabulary of
 * 4,096 took longer than the decode step of a small model.
 */
function candidatesOf(
  logits: Float32Array,
  { topK, topP, temperature }: SamplingSettings,
): readonly Candidate[] {
  const isFiltered = (topK > 0 && topK < logits.length) || topP < 1;
  const floor =
    topK > 0 && topK < logits.length ? kthLargest(logits, topK) : nucleusFloor(logits, topP, temperature);
  const candidates: Candidate[] = [];
  for (let tokenId = 0; tokenId < logits.length; tokenId++) {
    const logit = logits[tokenId] ?? Number.NEGATIVE_INFINITY;
    if (logit >= floor) candidates.push({ tokenId, logit });
  }
  if (!isFiltered) return candidates;
  candidates.sort((a, b) => b.logit - a.logit || a.tokenId - b.tokenId);
  return topK > 0 ? candidates.slice(0, topK) : candidates;
}

function kthLargest(logits: Float32Array, k: number): number {
  const ascending = Float32Array.from(logits).sort();
  return ascending[ascending.length - k] ?? Number.NEGATIVE_INFINITY;
}

/**
 * A logit below which no token can be in the nucleus: tokens of probability under (1 - topP) / V have less than
 * 1 - topP between them, so the others reach topP without them. The floor is lowered a little against rounding.
 */
function nucleusFloor(logits: Float32Array, topP: number, temperature: number): number {
  if (topP >= 1) return Number.NEGATIVE_INFINITY;
  const maximum = logits[argMax(logits)] ?? 0;
  let total = 0;
  for (const logit of logits) total += Math.exp((logit - maximum) / temperature);
  return maximum + temperature * (Math.log(((1 - topP) / logits.length) * total) - 1e-3);
}

function argMax(logits: Float32Array): number {
  let best = 0;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] ?? Number.NaN;
    if (Number.isNaN(logit)) return i;
    if (logit > maximum) {
      maximum = logit;
      best = i;
    }
  }
  return best;
}

function sumOfExponentials(logits: Float32Array, maximum: number): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] ?? 0) - maximum);
  return sum;
}
