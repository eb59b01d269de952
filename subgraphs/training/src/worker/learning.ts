/** What one task makes of a run: everything of it that the steps of a run in `train-run.ts` do not know. */
import type { Measured } from '@fathom/neural/training/evaluation-batches';
import type { ExampleSource } from '@fathom/neural/training/packed/example-source';
import type { NewRun } from '@fathom/neural/training/run';
import type { BatchOf, TaskOptions } from '@fathom/neural/training/tasks';
import type { Trainer } from '@fathom/neural/training/trainer';
import type { TensorMap } from '@fathom/neural/weights/tensor';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { WorkerChannel } from '@fathom/platform/jobs/worker';
import type { TaskMetrics } from '../domain/task-metrics.ts';
import type { MeasuredModel } from './measured-model.ts';
import type { TrainingMessage, TrainingSpecification } from './protocol.ts';

export interface Work {
  readonly specification: TrainingSpecification;
  readonly artifacts: ArtifactStore;
  /** This run's alone, on this machine. */
  readonly scratchFolder: string;
  readonly channel: WorkerChannel<TrainingMessage>;
  /** Bytes that the worker and its processes may still take. */
  readonly availableMemory: () => number;
}

export interface Learning<T extends TaskOptions> {
  /** The network, what it learns, and the weights it starts from where there are any. */
  readonly run: Pick<NewRun<T>, 'config' | 'task' | 'sequenceLength' | 'longestSegment' | 'weights'>;
  readonly batches: { batchAt(step: number): BatchOf<T> };
  /** What an epoch is, for people. */
  readonly epoch: string;
  readonly heldOut: ExampleSource;
  /** Some of the held-out examples, measured during training. */
  readonly onTheWay: readonly BatchOf<T>[];
  /** The line in the data set of an example that a batch names by its place. */
  lineOf(place: number): number;
  /** What the weights in training say to prompts. Absent where they say nothing. */
  readonly answer?: (
    weights: TensorMap,
    prompts: readonly string[],
    options: { readonly threads: number; readonly maxTokens: number },
  ) => Promise<readonly string[]>;
  /** All held-out examples. */
  evaluate(trainer: Trainer<T>): Promise<Pick<Measured, 'loss' | 'totalNats'> & TaskMetrics>;
  measured(weights: TensorMap): MeasuredModel;
  /** Writes the version's files. */
  write(folder: string, weights: TensorMap): Promise<void>;
  /** Lets go of what is read from the disk. */
  close(): void;
}

/** Held-out batches measured during training; the evaluation at the end measures all. */
export const batchesOnTheWay = 16;

export function firstOf<B>(batches: Iterable<B>, count: number): readonly B[] {
  const first: B[] = [];
  for (const batch of batches) {
    if (first.length === count) break;
    first.push(batch);
  }
  return first;
}
