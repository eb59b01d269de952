import { NeuralError } from '../errors.ts';
import { type AdamWOptions, adamW } from './adamw.ts';
import type { Optimizer } from './optimizer.ts';
import { type SgdOptions, sgd } from './sgd.ts';

/** AdamW where no kind is given. */
export type OptimizerOptions = AdamWOptions | SgdOptions;

export function createOptimizer(options: OptimizerOptions): Optimizer {
  switch (options.kind) {
    case undefined:
    case 'adamw':
      return adamW(options);
    case 'sgd':
      return sgd(options);
    default:
      throw new NeuralError(
        'CONFIG_INVALID',
        `there is no optimizer ${JSON.stringify((options as { kind: unknown }).kind)}; there are adamw and sgd`,
      );
  }
}
