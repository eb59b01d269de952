/**
 * Chooses the next token from a row of logits.
 *
 *   logits -> mask, bias, penalties (`logit-adjustment.ts`) -> temperature -> top-k -> top-p of what top-k left -> min-p -> draw
 *
 * The order is that of Hugging Face. The log-probabilities reported are the model's own (temperature 1, nothing adjusted
 * or filtered): they say how likely the model found the tokens, not how the sampler was set.
 */
import { type AdjustmentSettings, adjustLogits, isAdjusting } from './logit-adjustment.ts';
import { uniformAt } from './random.ts';

export interface SamplingSettings extends AdjustmentSettings {
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  /** Sample among this many likeliest tokens; 0 means all. */
  readonly topK: number;
  /** Sample among the likeliest tokens that together have this probability; 1 means all. */
  readonly topP: number;
  /** Leave out tokens that are less than this share as probable as the likeliest; 0 or none leaves out nothing. */
  readonly minP?: number | undefined;
  /** Report so many of the likeliest tokens beside the chosen one. */
  readonly topLogProbabilities?: number | undefined;
  readonly seed: number;
}

export interface RankedToken {
  readonly tokenId: number;
  /** Natural logarithm. */
  readonly logProbability: number;
}

export interface SampledToken extends RankedToken {
  /** The likeliest tokens, likeliest first, where they were asked for. */
  readonly top?: readonly RankedToken[] | undefined;
}

/** What the completion must look like leaves no token that could come next. */
export class NothingAllowedError extends Error {
  override readonly name = 'NothingAllowedError';
}

/** A row of logits that is no distribution: the weights or the device are faulty. */
export class LogitsNotFiniteError extends Error {
  override readonly name = 'LogitsNotFiniteError';
}

export interface LogitRow {
  /** [vocabularySize]. Read only. */
  readonly logits: Float32Array;
  /** What they come to, where the device has computed it; it is computed here otherwise. */
  readonly summary?: LogitSummary | undefined;
}

export interface LogitSummary {
  /** The token of the largest logit, the smaller id where two tie. */
  readonly likeliest: number;
  /** Logarithm of the sum of the exponentials; not finite where the logits are no distribution. */
  readonly logTotal: number;
}

export interface SampleOptions extends LogitRow {
  readonly settings: SamplingSettings;
  /** The token's index in the completion; with the seed it decides the draw. */
  readonly position: number;
  /** Prompt and completion so far, the completion from `promptLength` on: what penalties go by. */
  readonly tokens?: readonly number[] | undefined;
  readonly promptLength?: number | undefined;
  /** Tokens that may come next, a bit each: bit `id % 32` of word `id / 32`. All may without it. */
  readonly mask?: Int32Array | undefined;
}

/** The token for a position. Ties go to the smaller id. Throws LogitsNotFiniteError and NothingAllowedError. */
export function sampleToken(options: SampleOptions): SampledToken {
  const { logits, settings, position } = options;
  const { likeliest: best, logTotal } = options.summary ?? summarize(logits);
  if (!Number.isFinite(logTotal))
    throw new LogitsNotFiniteError(`The largest logit is ${logits[argMax(logits)]}.`);
  const tokenId =
    options.mask || isAdjusting(settings)
      ? chooseAdjusted(adjustLogits(options), settings, position)
      : choose(logits, best, settings, position);
  const logProbability = (logits[tokenId] ?? 0) - logTotal;
  if (!settings.topLogProbabilities) return { tokenId, logProbability };
  return { tokenId, logProbability, top: likeliest(logits, settings.topLogProbabilities, logTotal) };
}

function summarize(logits: Float32Array): LogitSummary {
  const likeliest = argMax(logits);
  const maximum = logits[likeliest] ?? Number.NaN;
  return { likeliest, logTotal: maximum + Math.log(sumOfExponentials(logits, maximum)) };
}

function chooseAdjusted(logits: Float32Array, settings: SamplingSettings, position: number): number {
  const best = argMax(logits);
  if (!Number.isFinite(logits[best]))
    throw new NothingAllowedError('The form asked for leaves no token that could come next.');
  return choose(logits, best, settings, position);
}

function choose(logits: Float32Array, best: number, settings: SamplingSettings, position: number): number {
  if (settings.temperature === 0) return best;
  const maximum = logits[best] ?? 0;
  return draw(candidatesOf(logits, settings, maximum), settings, position, maximum);
}

function likeliest(logits: Float32Array, count: number, logTotal: number): readonly RankedToken[] {
  return ranked(logits, kthLargest(logits, Math.min(count, logits.length)))
    .slice(0, count)
    .map(({ tokenId, logit }) => ({ tokenId, logProbability: logit - logTotal }));
}

interface Candidate {
  readonly tokenId: number;
  readonly logit: number;
}

interface Candidates {
  readonly tokens: readonly Candidate[];
  /** Weight of all that top-p is a share of, those that were left out before they were weighed included. */
  readonly totalWeight?: number;
}

function draw(
  { tokens: candidates, totalWeight }: Candidates,
  settings: SamplingSettings,
  position: number,
  maximum: number,
): number {
  const weights = candidates.map(({ logit }) => Math.exp((logit - maximum) / settings.temperature));
  const nucleus =
    settings.topP < 1 ? nucleusSize(weights, settings.topP * (totalWeight ?? sum(weights))) : weights.length;
  const kept = settings.minP ? likelyEnough(weights, nucleus, settings.minP) : nucleus;
  let total = 0;
  for (let i = 0; i < kept; i++) total += weights[i] ?? 0;
  let remaining = uniformAt(settings.seed, position) * total;
  for (let i = 0; i < kept; i++) {
    remaining -= weights[i] ?? 0;
    if (remaining < 0) return candidates[i]?.tokenId ?? 0;
  }
  return candidates[kept - 1]?.tokenId ?? 0;
}

/** How many of the first `count` descending weights are at least a share of the first. */
function likelyEnough(weights: readonly number[], count: number, share: number): number {
  const least = share * (weights[0] ?? 0);
  let kept = count;
  while (kept > 1 && (weights[kept - 1] ?? 0) < least) kept--;
  return kept;
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

/** How many of the descending weights it takes to reach a weight together. */
function nucleusSize(weights: readonly number[], target: number): number {
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
  { topK, topP, minP, temperature }: SamplingSettings,
  maximum: number,
): Candidates {
  if (topK > 0 && topK < logits.length)
    return { tokens: ranked(logits, kthLargest(logits, topK)).slice(0, topK) };
  if (topP < 1) {
    const totalWeight = sumOfExponentials(logits, maximum, 1 / temperature);
    const floor = nucleusFloor({ topP, meanWeight: totalWeight / logits.length, maximum, temperature });
    return { tokens: ranked(logits, floor), totalWeight };
  }
  if (minP) return { tokens: ranked(logits, maximum + temperature * Math.log(minP) - 1e-3) };
  return { tokens: atLeast(logits, Number.NEGATIVE_INFINITY) };
}

/** Tokens of at least a logit, likeliest first. */
function ranked(logits: Float32Array, floor: number): Candidate[] {
  return atLeast(logits, floor).sort((a, b) => b.logit - a.logit || a.tokenId - b.tokenId);
}

/** What was ruled out, with a logit of minus infinity, is never among them. */
function atLeast(logits: Float32Array, floor: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (let tokenId = 0; tokenId < logits.length; tokenId++) {
    const logit = logits[tokenId] ?? Number.NEGATIVE_INFINITY;
    if (logit >= floor && logit > Number.NEGATIVE_INFINITY) candidates.push({ tokenId, logit });
  }
  return candidates;
}

/** The k largest so far lie in a heap, the least of them in front: most logits are compared with that one alone. */
function kthLargest(logits: Float32Array, k: number): number {
  const heap = logits.slice(0, k).sort();
  for (let i = k; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit > (heap[0] as number)) replaceLeast(heap, logit);
  }
  return heap[0] ?? Number.NEGATIVE_INFINITY;
}

function replaceLeast(heap: Float32Array, value: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
    if ((heap[child] as number) >= value) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = value;
}

/**
 * A logit below which no token can be in the nucleus: tokens of probability under (1 - topP) / V have less than
 * 1 - topP between them, so the others reach topP without them. The floor is lowered a little against rounding.
 */
function nucleusFloor({
  topP,
  meanWeight,
  maximum,
  temperature,
}: {
  readonly topP: number;
  readonly meanWeight: number;
  readonly maximum: number;
  readonly temperature: number;
}): number {
  return maximum + temperature * (Math.log((1 - topP) * meanWeight) - 1e-3);
}

function argMax(logits: Float32Array): number {
  let best = 0;
  let maximum = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i] as number;
    if (logit <= maximum) continue;
    if (Number.isNaN(logit)) return i;
    maximum = logit;
    best = i;
  }
  return best;
}

/** Of what is this far below the maximum even a million tokens do not change the sum in single precision. */
const negligible = 30;
const perUnit = 64;
/** exp(-at / 64) */
const exponentials = Float64Array.from({ length: negligible * perUnit + 1 }, (_, at) =>
  Math.exp(-at / perUnit),
);

/**
 * Of the logits less their maximum, times `scale`. Only what counts, each from a table at a distance r of at most 1/64 and
 * the first terms of the series of exp(r), which is exact to 1e-11 and half of the time of Math.exp.
 */
function sumOfExponentials(logits: Float32Array, maximum: number, scale = 1): number {
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const below = (maximum - (logits[i] as number)) * scale;
    if (below >= negligible) continue;
    const at = (below * perUnit) | 0;
    const r = at / perUnit - below;
    sum += (exponentials[at] as number) * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24)))));
  }
  return sum;
}
