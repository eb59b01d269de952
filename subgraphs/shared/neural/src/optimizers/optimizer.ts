/**
 * What turns gradients into the next parameters, as nodes of a graph. An optimizer keeps tensors of each parameter's shape
 * beside it (its moments) and reads a few scalars that change from step to step; both are named here, so that state,
 * checkpoint and graph follow from the optimizer alone.
 */
import type { ParameterKind } from '../architectures/parameters.ts';
import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';

export interface CommonOptions {
  /** The peak; the schedule scales it. */
  readonly learningRate: number;
  readonly weightDecay?: number;
  /** Gradients are scaled down when their global L2 norm exceeds this. 1 by default. */
  readonly maxGradientNorm?: number;
  /** Which kinds of parameters the decay draws towards zero. Norms, biases and embeddings are left alone by default. */
  readonly decayed?: readonly ParameterKind[];
}

/** A tensor beside each parameter. Its name is the prefix of the tensor's name in checkpoints. */
export type Moment = 'first_moment' | 'second_moment' | 'momentum';
export type Moments = Readonly<Partial<Record<Moment, Value>>>;
/** What changes from step to step, by its name as an input of the graph. */
export type Scalars = Readonly<Record<string, number>>;

export interface UpdateInput {
  readonly parameter: Value;
  readonly moments: Moments;
  readonly gradient: Value;
  /** What the gradient is multiplied with. */
  readonly clip: Value;
  readonly scalars: Readonly<Record<string, Value>>;
  readonly decayed: boolean;
}

export interface Optimizer {
  readonly learningRate: number;
  readonly maxGradientNorm: number;
  readonly moments: readonly Moment[];
  /** In the order of the graph's inputs. */
  readonly scalarNames: readonly string[];
  /** Of one step, counted from 1. */
  scalarsAt(at: { readonly learningRate: number; readonly step: number }): Scalars;
  decays(kind: ParameterKind): boolean;
  update(builder: GraphBuilder, input: UpdateInput): { readonly parameter: Value; readonly moments: Moments };
}

export const decayedByDefault: readonly ParameterKind[] = ['matrix'];

/** What every optimizer makes of the common options. */
export function commonOf(options: CommonOptions, weightDecay: number) {
  const decayed = new Set(options.decayed ?? decayedByDefault);
  return {
    learningRate: options.learningRate,
    maxGradientNorm: options.maxGradientNorm ?? 1,
    weightDecay,
    decays: (kind: ParameterKind): boolean => weightDecay > 0 && decayed.has(kind),
  };
}
