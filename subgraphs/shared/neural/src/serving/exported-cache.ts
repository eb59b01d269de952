import type { HostTensors } from '../runtime/host-tensor.ts';

/** One run over an exported graph, as the cache prepared it. */
export interface CacheStep {
  /** Slots in the order of the graph's rows. */
  readonly slots: readonly number[];
  readonly feeds: HostTensors;
  readonly fetches: HostTensors;
  /** Columns of the attention mask. */
  readonly columns: number;
  /** The column of a row's first token; a row's tokens stand next to each other from there. */
  readonly firstColumn: (row: number) => number;
  /** The run succeeded: the new tokens are in the cache. */
  commit(): void;
}

export interface StepRequest {
  readonly kind: 'prefill' | 'decode';
  readonly slots: readonly number[];
  /** Tokens that each slot holds before the run. */
  readonly lengths: readonly number[];
  /** New tokens of every slot. */
  readonly time: number;
}

/** Keys and values of all slots of an exported graph. */
export interface ExportedCache {
  readonly bytes: number;
  begin(request: StepRequest): CacheStep;
  /** The first `length` tokens of one slot into another. */
  copySlot(from: number, to: number, length: number): void;
}
