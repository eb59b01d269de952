import type { EngineEnd, EngineToken } from './protocol.ts';

/** What a step has given so far. */
export interface StepInProgress {
  readonly prompts: { readonly id: string; readonly cachedTokens: number }[];
  readonly tokens: EngineToken[];
  readonly ended: EngineEnd[];
  readonly shares: Map<string, number>;
  /** Slots whose sequences were given up in it: nothing is copied from them. */
  readonly unwritten: Set<string>;
  busyMs: number;
}
