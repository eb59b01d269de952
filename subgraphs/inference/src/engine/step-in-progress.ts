import type { EngineEnd, EngineToken } from './protocol.ts';

/** What a step has given so far. */
export interface StepInProgress {
  readonly prompts: { readonly id: string; readonly cachedTokens: number }[];
  readonly tokens: EngineToken[];
  readonly ended: EngineEnd[];
  readonly costs: RunCost[];
  /** Slots whose sequences were given up in it: nothing is copied from them. */
  readonly unwritten: Set<string>;
}

/** What one run of a model took, which those that were in it share alike. */
export interface RunCost {
  /** The same list from step to step, as long as the same ones decode together. */
  readonly ids: readonly string[];
  readonly elapsedMs: number;
}
