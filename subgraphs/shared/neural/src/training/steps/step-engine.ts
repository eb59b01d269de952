import type { Scalars } from '../../optimizers/optimizer.ts';
import { floats, type HostTensors } from '../../runtime/host-tensor.ts';

export interface StepInput<B> {
  readonly batch: B;
  /** From 1. */
  readonly step: number;
  /** The optimizer's. */
  readonly scalars: Scalars;
}

export interface StepOutput {
  /** Weighted mean over the batch. */
  readonly loss: number;
  /** Global L2 norm before clipping. */
  readonly gradientNorm: number;
}

/** Reads the front of the state and writes its back; whether they turn is decided by whoever looks at the loss. */
export interface StepEngine<B> {
  run(input: StepInput<B>): Promise<StepOutput>;
  release(): Promise<void>;
}

export function scalarTensors(scalars: Scalars): HostTensors {
  return Object.fromEntries(
    Object.entries(scalars).map(([name, value]) => [name, floats([], Float32Array.of(value))]),
  );
}
