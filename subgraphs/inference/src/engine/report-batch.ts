/**
 * What steps gave that the service has not been told yet.
 *
 * A step of a small model takes a millisecond, and a message of it a tenth of that here and as much in the service, where each
 * token would also be stored and sent alone. So what several steps gave goes in one message:
 *
 *   step   step   step   step  |                  step               |
 *   tokens tokens tokens tokens| 8 ms are over    a stream's first token, or an end: at once
 *
 * Invariant: what can let somebody go on (a first token, an end, a place in the batch) never waits, other tokens for
 * `tellEveryMs` at most, and nothing waits when the engine has nothing more to do.
 */
import type { EngineAlternative, EngineEnd, EngineLoad, EngineToken, StepReport } from './protocol.ts';
import type { RunCost } from './step-in-progress.ts';

/** What one step gave. */
export interface StepOutcome extends Pick<StepReport, 'admitted' | 'prompts'> {
  readonly tokens: readonly EngineToken[];
  readonly ended: readonly EngineEnd[];
  readonly costs: readonly RunCost[];
}

/** Less than anyone sees or hears. */
export const tellEveryMs = 8;

interface Untold {
  readonly admitted: string[];
  readonly prompts: StepReport['prompts'][number][];
  /** By request. */
  readonly tokens: Map<string, GrowingTokens>;
  readonly ended: EngineEnd[];
  /** Milliseconds by those who ran together: few lists for many steps. */
  readonly costs: Map<RunCost['ids'], number>;
  readonly since: number;
  isUrgent: boolean;
}

interface GrowingTokens {
  readonly id: string;
  readonly index: number;
  readonly tokenIds: number[];
  readonly texts: string[];
  readonly logProbabilities: number[];
  readonly tops?: (readonly EngineAlternative[])[];
}

export class ReportBatch {
  readonly #now: () => number;
  #untold: Untold | undefined;

  constructor(options: { readonly now: () => number }) {
    this.#now = options.now;
  }

  add({ admitted, prompts, tokens, ended, costs }: StepOutcome): void {
    this.#untold ??= {
      admitted: [],
      prompts: [],
      tokens: new Map(),
      ended: [],
      costs: new Map(),
      since: this.#now() - busyMsOf(costs),
      isUrgent: false,
    };
    const untold = this.#untold;
    for (const id of admitted) untold.admitted.push(id);
    for (const prompt of prompts) untold.prompts.push(prompt);
    for (const token of tokens) addToken(untold, token);
    for (const end of ended) untold.ended.push(end);
    for (const { ids, elapsedMs } of costs) untold.costs.set(ids, (untold.costs.get(ids) ?? 0) + elapsedMs);
    untold.isUrgent ||= admitted.length > 0 || ended.length > 0 || prompts.length > 0;
  }

  /** The report that is due; all of it where nothing comes after it. */
  take({
    load,
    isLast,
  }: {
    readonly load: () => EngineLoad;
    readonly isLast: boolean;
  }): StepReport | undefined {
    const untold = this.#untold;
    if (!untold) return undefined;
    if (!isLast && !untold.isUrgent && this.#now() - untold.since < tellEveryMs) return undefined;
    this.#untold = undefined;
    const { admitted, prompts, tokens, ended } = untold;
    const costs = [...untold.costs].map(([ids, elapsedMs]) => ({ ids, elapsedMs }));
    return {
      type: 'step',
      admitted,
      prompts,
      tokens: [...tokens.values()],
      ended,
      shares: sharesOf(costs),
      busyMs: busyMsOf(costs),
      load: load(),
    };
  }
}

function addToken(untold: Untold, { id, index, tokenId, text, logProbability, top }: EngineToken): void {
  untold.isUrgent ||= index === 0;
  const tokens = untold.tokens.get(id);
  if (tokens === undefined) {
    const first = { id, index, tokenIds: [tokenId], texts: [text], logProbabilities: [logProbability] };
    untold.tokens.set(id, top ? { ...first, tops: [top] } : first);
    return;
  }
  tokens.tokenIds.push(tokenId);
  tokens.texts.push(text);
  tokens.logProbabilities.push(logProbability);
  if (top) tokens.tops?.push(top);
}

function busyMsOf(costs: readonly RunCost[]): number {
  return costs.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
}

function sharesOf(costs: readonly RunCost[]): StepReport['shares'] {
  const shares = new Map<string, number>();
  for (const { ids, elapsedMs } of costs)
    for (const id of ids) shares.set(id, (shares.get(id) ?? 0) + elapsedMs / ids.length);
  return [...shares].map(([id, deviceMs]) => ({ id, deviceMs }));
}
