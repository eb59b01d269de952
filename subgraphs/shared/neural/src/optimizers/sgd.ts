import { NeuralError } from '../errors.ts';
import { type CommonOptions, commonOf, type Optimizer } from './optimizer.ts';

export interface SgdOptions extends CommonOptions {
  readonly kind: 'sgd';
  /** 0.9 by default; 0 keeps no momentum. */
  readonly momentum?: number;
  /** Looks ahead along the momentum (Sutskever et al. 2013). */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent as `torch.optim.SGD` has it, its decay coupled to the gradient:
 *
 *   d = c·g + λp    m' = μm + d    p' = p - rate·m'    with Nesterov  p' = p - rate·(d + μm')
 */
export function sgd(options: SgdOptions): Optimizer {
  const { momentum = 0.9, nesterov = false } = options;
  if (nesterov && momentum === 0) {
    throw new NeuralError('CONFIG_INVALID', 'Nesterov needs a momentum above 0');
  }
  const common = commonOf(options, options.weightDecay ?? 0);
  return {
    ...common,
    moments: momentum > 0 ? ['momentum'] : [],
    scalarNames: ['rate'],
    scalarsAt: ({ learningRate }) => ({ rate: learningRate }),
    update(builder, { parameter, moments, gradient, clip, scalars, decayed }) {
      const clipped = builder.mul(gradient, clip);
      const direction = decayed
        ? builder.add(clipped, builder.scale(parameter, common.weightDecay))
        : clipped;
      const moved = (by: typeof direction) => builder.sub(parameter, builder.mul(by, scalars.rate!));
      if (moments.momentum === undefined) return { parameter: moved(direction), moments: {} };
      const next = builder.add(builder.scale(moments.momentum, momentum), direction);
      const ahead = nesterov ? builder.add(direction, builder.scale(next, momentum)) : next;
      return { parameter: moved(ahead), moments: { momentum: next } };
    },
  };
}
