/** How a run's batches are cut: leader and gradient workers work it out alike. */
import type { Graph } from '../../onnx/types.ts';
import { createOptimizer } from '../../optimizers/create-optimizer.ts';
import { layOutTensors, type MemoryLayout } from '../parameter-memory.ts';
import type { Run } from '../run.ts';
import type { TrainingTask } from '../task.ts';
import { type BatchOf, createTask, type TaskOptions } from '../tasks.ts';
import { buildGradientGraph, type TrainingShape, trainedTensors } from '../training-graph.ts';
import { SharedLayout } from './shared-layout.ts';

export interface RunParts<T extends TaskOptions> {
  readonly parts: number;
  /** The task for a batch of one part's size. */
  readonly task: TrainingTask<BatchOf<T>>;
  readonly shape: TrainingShape;
  /** Of the parameters that are trained, and so of their gradients. */
  readonly layout: MemoryLayout;
}

export function runParts<T extends TaskOptions>(run: Run<T>): RunParts<T> {
  const { microBatches: parts = 1, batchSize } = run;
  const task = createTask<T>({ ...run, batchSize: batchSize / parts });
  const shape = { task, lora: run.lora, dropout: run.dropout };
  return { parts, task, shape, layout: layOutTensors(trainedTensors(shape, createOptimizer(run.optimizer))) };
}

export function sharedLayoutOf<T extends TaskOptions>(
  { parts, shape, layout }: RunParts<T>,
  workers: number,
): SharedLayout {
  const batchInputs = batchInputsOf(buildGradientGraph({ task: shape.task }));
  return new SharedLayout({ parameters: layout, batchInputs, workers, partsPerWorker: parts / workers });

  function batchInputsOf({ inputs }: Graph): Graph['inputs'] {
    const others = new Set(['total_weight', ...shape.task.parameters.map(({ name }) => name)]);
    return inputs.filter(({ name }) => !others.has(name));
  }
}
