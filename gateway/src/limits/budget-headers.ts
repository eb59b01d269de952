/**
 * What is left of a budget, in the headers that clients of OpenAI's API look for: the budget in tokens that was charged and
 * has the least left, its size, and how long until it is full again when nothing more is taken.
 */
export interface TokenBudget {
  readonly limit: number;
  readonly left: number;
  readonly resetAfterMs: number;
}

export function budgetHeaders({ limit, left, resetAfterMs }: TokenBudget): Readonly<Record<string, string>> {
  return {
    'x-ratelimit-limit-tokens': String(Math.floor(limit)),
    'x-ratelimit-remaining-tokens': String(Math.max(0, Math.floor(left))),
    'x-ratelimit-reset-tokens': durationText(resetAfterMs),
  };
}

/** Of a refusal, whose details say the budget that did not allow it; none of any other. */
export function refusedBudgetHeaders(
  details: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const { limit, left, resetAfterMs } = details;
  const tokens = { limit: tokensOf(limit), left: tokensOf(left) };
  if (tokens.limit === undefined || tokens.left === undefined || typeof resetAfterMs !== 'number') return {};
  return budgetHeaders({ limit: tokens.limit, left: tokens.left, resetAfterMs });
}

function tokensOf(shown: unknown): number | undefined {
  const tokens: unknown = typeof shown === 'object' && shown !== null && 'tokens' in shown && shown.tokens;
  return typeof tokens === 'number' ? tokens : undefined;
}

/** As OpenAI writes them: `23m57s`, `1.2s`, `20ms`. */
export function durationText(ms: number): string {
  const rounded = Math.ceil(ms);
  if (rounded < 1_000) return `${rounded}ms`;
  if (rounded < 60_000) return `${Math.ceil(rounded / 100) / 10}s`;
  const seconds = Math.ceil(rounded / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return `${hours > 0 ? `${hours}h` : ''}${minutes}m${seconds % 60}s`;
}
