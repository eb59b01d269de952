/**
 * Holds a draft back until it is known whether the model may answer.
 *
 *   holding --draft ended, or `holdTokens` passed--> scored --score >= bound--> shown --falls below--> reroute
 *                                                          \--score < bound--> reroute
 *
 * Short answers, which most are, are scored whole before their first token is shown. Longer ones are scored again with
 * every token, so that one which goes astray late is withdrawn instead of finished.
 */
import type { TokenRecord } from './generation.ts';

export interface Verdict {
  /** 0 to 1. */
  readonly score: number;
  /** True if the text itself says that it does not know. */
  readonly isRefusal: boolean;
}

/** Scores a draft, whole or partial. Pure. */
export type DraftScorer = (tokens: readonly TokenRecord[], isWhole: boolean) => Verdict;

export type GateDecision =
  | { readonly kind: 'hold' }
  /** From here on tokens may be shown, those held back first. */
  | { readonly kind: 'show'; readonly verdict: Verdict }
  | { readonly kind: 'reroute'; readonly verdict: Verdict };

export interface ConfidenceGateOptions {
  readonly score: DraftScorer;
  readonly bound: number;
  /** A draft longer than this is judged before it is whole. */
  readonly holdTokens: number;
}

export interface ConfidenceGate {
  /** The decision after one more token; `tokens` is the draft so far. */
  afterToken(tokens: readonly TokenRecord[]): GateDecision;
  /** The decision once the draft is whole; never `hold`. */
  afterEnd(tokens: readonly TokenRecord[]): Exclude<GateDecision, { kind: 'hold' }>;
}

export function createConfidenceGate({ score, bound, holdTokens }: ConfidenceGateOptions): ConfidenceGate {
  const judge = (
    tokens: readonly TokenRecord[],
    isWhole: boolean,
  ): Exclude<GateDecision, { kind: 'hold' }> => {
    const verdict = score(tokens, isWhole);
    return { kind: verdict.score >= bound && !verdict.isRefusal ? 'show' : 'reroute', verdict };
  };
  return {
    afterToken: (tokens) => (tokens.length < holdTokens ? { kind: 'hold' } : judge(tokens, false)),
    afterEnd: (tokens) => judge(tokens, true),
  };
}
