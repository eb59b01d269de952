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
import type { EngineEnd, EngineLoad, EngineToken, StepReport } from './protocol.ts';

/** What one step gave. */
export interface StepOutcome extends Pick<StepReport, 'admitted' | 'prompts' | 'busyMs'> {
  readonly tokens: readonly EngineToken[];
  readonly ended: readonly EngineEnd[];
  /** Device milliseconds by request. */
  readonly shares: ReadonlyMap<string, number>;
}

/** Less than anyone sees or hears. */
export const tellEveryMs = 8;

interface Untold {
  readonly admitted: string[];
  readonly prompts: StepReport['prompts'][number][];
  readonly tokens: EngineToken[];
  readonly ended: EngineEnd[];
  readonly shares: Map<string, number>;
  busyMs: number;
  readonly since: number;
  isUrgent: boolean;
}

export class ReportBatch {
  readonly #now: () => number;
  #untold: Untold | undefined;

  constructor(options: { readonly now: () => number }) {
    this.#now = options.now;
  }

  add({ admitted, prompts, tokens, ended, shares, busyMs }: StepOutcome): void {
    this.#untold ??= {
      admitted: [],
      prompts: [],
      tokens: [],
      ended: [],
      shares: new Map(),
      busyMs: 0,
      since: this.#now() - busyMs,
      isUrgent: false,
    };
    const untold = this.#untold;
    untold.admitted.push(...admitted);
    untold.prompts.push(...prompts);
    untold.tokens.push(...tokens);
    untold.ended.push(...ended);
    for (const [id, deviceMs] of shares) untold.shares.set(id, (untold.shares.get(id) ?? 0) + deviceMs);
    untold.busyMs += busyMs;
    untold.isUrgent ||=
      admitted.length > 0 ||
      ended.length > 0 ||
      prompts.length > 0 ||
      tokens.some(({ index }) => index === 0);
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
    const { admitted, prompts, tokens, ended, shares, busyMs } = untold;
    return {
      type: 'step',
      admitted,
      prompts,
      tokens,
      ended,
      shares: [...shares].map(([id, deviceMs]) => ({ id, deviceMs })),
      busyMs,
      load: load(),
    };
  }
}
