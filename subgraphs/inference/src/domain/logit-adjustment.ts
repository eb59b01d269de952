/**
 * What is done to logits before they become probabilities: tokens ruled out, biases, penalties for repeating.
 *
 * - The repetition penalty is that of CTRL (Keskar et al. 2019): the logits of tokens that occur in prompt or completion are
 *   divided by it where positive and multiplied where negative.
 * - Presence and frequency penalties are those of OpenAI: subtracted once, and once an occurrence, for tokens of the
 *   completion.
 */
export interface AdjustmentSettings {
  /** 1 or none penalises nothing. */
  readonly repetitionPenalty?: number | undefined;
  /** 0 or none penalises nothing. */
  readonly presencePenalty?: number | undefined;
  /** 0 or none penalises nothing. */
  readonly frequencyPenalty?: number | undefined;
  /** Added to the logits of tokens. */
  readonly logitBias?: readonly TokenBias[] | undefined;
}

export interface TokenBias {
  readonly tokenId: number;
  readonly bias: number;
}

export interface AdjustmentInput {
  /** One row, [vocabularySize]. Read only. */
  readonly logits: Float32Array;
  readonly settings: AdjustmentSettings;
  /** Prompt and completion so far. */
  readonly tokens?: readonly number[] | undefined;
  readonly promptLength?: number | undefined;
  /** Tokens that may come next, a bit each. */
  readonly mask?: Int32Array | undefined;
}

export function isAdjusting(settings: AdjustmentSettings): boolean {
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, logitBias = [] } = settings;
  return repetitionPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0 || logitBias.length > 0;
}

/** A row of its own. What the mask rules out is minus infinity. */
export function adjustLogits({
  logits,
  settings,
  tokens = [],
  promptLength = 0,
  mask,
}: AdjustmentInput): Float32Array {
  const adjusted = Float32Array.from(logits);
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, logitBias = [] } = settings;
  if (repetitionPenalty !== 1) penaliseRepetition(adjusted, tokens, repetitionPenalty);
  if (presencePenalty !== 0 || frequencyPenalty !== 0)
    for (const [tokenId, count] of countTokens(tokens.slice(promptLength)))
      add(adjusted, tokenId, -presencePenalty - frequencyPenalty * count);
  for (const { tokenId, bias } of logitBias) add(adjusted, tokenId, bias);
  if (mask) ruleOut(adjusted, mask);
  return adjusted;
}

function penaliseRepetition(logits: Float32Array, tokens: readonly number[], penalty: number): void {
  for (const tokenId of new Set(tokens)) {
    const logit = logits[tokenId];
    if (logit !== undefined) logits[tokenId] = logit > 0 ? logit / penalty : logit * penalty;
  }
}

function countTokens(tokens: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const tokenId of tokens) counts.set(tokenId, (counts.get(tokenId) ?? 0) + 1);
  return counts;
}

function add(logits: Float32Array, tokenId: number, value: number): void {
  const logit = logits[tokenId];
  if (logit !== undefined) logits[tokenId] = logit + value;
}

function ruleOut(logits: Float32Array, mask: Int32Array): void {
  for (let tokenId = 0; tokenId < logits.length; tokenId++)
    if ((((mask[tokenId >>> 5] ?? 0) >>> (tokenId & 31)) & 1) === 0)
      logits[tokenId] = Number.NEGATIVE_INFINITY;
}
