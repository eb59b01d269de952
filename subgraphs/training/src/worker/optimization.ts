/** What a run's hyperparameters mean to the trainer. */
import type { OptimizerOptions } from '@fathom/neural/optimizers/create-optimizer';
import type { Schedule } from '@fathom/neural/optimizers/schedule';
import type { DataParallel } from '@fathom/neural/training/run';
import type { TrainingSpecification } from './protocol.ts';

type Hyperparameters = TrainingSpecification['hyperparameters'];

export function optimizerOf(given: Hyperparameters): OptimizerOptions {
  const { learningRate, weightDecay, maxGradientNorm, momentum, nesterov } = given;
  const decayed = given.decayEmbeddings ? (['matrix', 'table'] as const) : (['matrix'] as const);
  const common = { learningRate, weightDecay, maxGradientNorm, decayed };
  return given.optimizer === 'SGD' ? { kind: 'sgd', ...common, momentum, nesterov } : common;
}

export function scheduleOf(given: Hyperparameters): Schedule {
  const { steps, finalLearningRateShare: finalRatio } = given;
  // A warm-up as long as the run would leave nothing of the schedule.
  const warmupSteps = Math.min(given.warmupSteps, steps - 1);
  switch (given.schedule) {
    case 'CONSTANT':
      return { kind: 'constant', warmupSteps };
    case 'INVERSE_SQRT':
      return { kind: 'inverse-sqrt', warmupSteps };
    case 'COSINE':
      return { kind: 'cosine', warmupSteps, totalSteps: steps, finalRatio };
    case 'LINEAR':
      return { kind: 'linear', warmupSteps, totalSteps: steps, finalRatio };
  }
}

/** Left to the trainer where nothing is asked for: it then cuts a batch as suits the threads. */
export function partsOf(given: Hyperparameters): { readonly microBatches?: number } {
  const parts = given.gradientAccumulationSteps * given.dataParallelWorkers;
  return parts > 1 ? { microBatches: parts } : {};
}

export function dataParallelOf({ dataParallelWorkers: workers }: Hyperparameters): DataParallel {
  return {
    workers,
    onReplaced: ({ worker, how }) =>
      process.stderr.write(`gradient worker ${worker} was lost (${how}) and replaced\n`),
  };
}
