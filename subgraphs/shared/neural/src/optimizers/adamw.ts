import { type CommonOptions, commonOf, type Optimizer } from './optimizer.ts';

export interface AdamWOptions extends CommonOptions {
  readonly kind?: 'adamw';
  readonly betas?: readonly [number, number];
  readonly epsilon?: number;
}

/**
 * Adam with decoupled decay (Loshchilov & Hutter 2019):
 *
 *   m' = β₁m + (1-β₁)c·g    v' = β₂v + (1-β₂)c²·g²    p' = decay·p - stepSize·m' / (√v' + ε)
 *
 * The bias corrections of step t are folded into the step size and ε (Kingma & Ba 2015, end of section 2), which saves
 * two passes over the parameters.
 */
export function adamW(options: AdamWOptions): Optimizer {
  const { betas: [beta1, beta2] = [0.9, 0.95], epsilon = 1e-8 } = options;
  const common = commonOf(options, options.weightDecay ?? 0.1);
  return {
    ...common,
    moments: ['first_moment', 'second_moment'],
    scalarNames: ['step_size', 'epsilon', 'decay'],
    scalarsAt({ learningRate, step }) {
      const correction = Math.sqrt(1 - beta2 ** step);
      return {
        step_size: (learningRate * correction) / (1 - beta1 ** step),
        epsilon: epsilon * correction,
        decay: 1 - learningRate * common.weightDecay,
      };
    },
    update(builder, { parameter, moments, gradient, clip, scalars, decayed }) {
      const firstFactor = builder.scale(clip, 1 - beta1);
      const secondFactor = builder.scale(builder.mul(clip, clip), 1 - beta2);
      const firstMoment = builder.add(
        builder.scale(moments.first_moment!, beta1),
        builder.mul(gradient, firstFactor),
      );
      const squared = builder.mul(builder.mul(gradient, gradient), secondFactor);
      const secondMoment = builder.add(builder.scale(moments.second_moment!, beta2), squared);
      const denominator = builder.add(builder.op('Sqrt', [secondMoment]), scalars.epsilon!);
      const move = builder.mul(builder.op('Div', [firstMoment, denominator]), scalars.step_size!);
      const kept = decayed ? builder.mul(parameter, scalars.decay!) : parameter;
      return {
        parameter: builder.sub(kept, move),
        moments: { first_moment: firstMoment, second_moment: secondMoment },
      };
    },
  };
}
