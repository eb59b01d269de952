import type { GraphBuilder } from '../onnx/graph-builder.ts';
import type { Value } from '../onnx/types.ts';

export interface OptimizerOptions {
  /** The peak; the schedule scales it. */
  readonly learningRate: number;
  readonly betas?: readonly [number, number];
  readonly epsilon?: number;
  /** Decoupled (Loshchilov & Hutter 2019); applied to matrices only. */
  readonly weightDecay?: number;
  /** Gradients are scaled down when their global L2 norm exceeds this. */
  readonly maxGradientNorm?: number;
}
export type AdamW = Required<OptimizerOptions>;

export function adamWDefaults(options: OptimizerOptions): AdamW {
  return { betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1, maxGradientNorm: 1, ...options };
}

/** One parameter and its moments, all of one shape. */
export interface ParameterState {
  readonly parameter: Value;
  readonly firstMoment: Value;
  readonly secondMoment: Value;
}

/** What changes from step to step, as scalar inputs of the graph. */
export interface StepScalars {
  readonly stepSize: Value;
  readonly epsilon: Value;
  readonly decay: Value;
}

/**
 * The scalars of step t (from 1). The bias corrections are folded into the step size and ε (Kingma & Ba 2015, end of
 * section 2), which saves two passes over the parameters.
 */
export function stepScalars(adamW: AdamW, options: { learningRate: number; step: number }) {
  const [beta1, beta2] = adamW.betas;
  const correction = Math.sqrt(1 - beta2 ** options.step);
  return {
    stepSize: (options.learningRate * correction) / (1 - beta1 ** options.step),
    epsilon: adamW.epsilon * correction,
    decay: 1 - options.learningRate * adamW.weightDecay,
  };
}

/** √Σ‖g‖² over all gradients. */
export function globalNorm(builder: GraphBuilder, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) =>
    builder.reshape(builder.op('ReduceSumSquare', [gradient]), [1]),
  );
  return builder.op('Sqrt', [builder.reduce('ReduceSum', builder.concat(squares, 0), [0], false)]);
}

/** The factor that brings the norm down to the bound: min(1, bound / norm). */
export function clipFactor(builder: GraphBuilder, norm: Value, maxGradientNorm: number): Value {
  const ratio = builder.op('Div', [builder.scalar(maxGradientNorm), builder.add(norm, builder.scalar(1e-6))]);
  return builder.op('Min', [ratio, builder.scalar(1)]);
}

/**
 * m' = β₁m + (1-β₁)c·g    v' = β₂v + (1-β₂)c²·g²    p' = decay·p - stepSize·m' / (√v' + ε)
 */
export function adamWUpdate(
  builder: GraphBuilder,
  state: ParameterState,
  options: { gradient: Value; clip: Value; adamW: AdamW; scalars: StepScalars; decayed: boolean },
): ParameterState {
  const { gradient, clip, adamW, scalars } = options;
  const [beta1, beta2] = adamW.betas;
  const firstFactor = builder.scale(clip, 1 - beta1);
  const secondFactor = builder.scale(builder.mul(clip, clip), 1 - beta2);
  const firstMoment = builder.add(
    builder.scale(state.firstMoment, beta1),
    builder.mul(gradient, firstFactor),
  );
  const squared = builder.mul(builder.mul(gradient, gradient), secondFactor);
  const secondMoment = builder.add(builder.scale(state.secondMoment, beta2), squared);
  const denominator = builder.add(builder.op('Sqrt', [secondMoment]), scalars.epsilon);
  const update = builder.mul(builder.op('Div', [firstMoment, denominator]), scalars.stepSize);
  const kept = options.decayed ? builder.mul(state.parameter, scalars.decay) : state.parameter;
  return { parameter: builder.sub(kept, update), firstMoment, secondMoment };
}
