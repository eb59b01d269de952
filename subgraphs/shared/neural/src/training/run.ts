/** What a run is told, what of it a checkpoint keeps, and what is refused before anything is built. */
import { NeuralError } from '../errors.ts';
import type { LoraOptions } from '../lora/adapter.ts';
import type { OptimizerOptions } from '../optimizers/create-optimizer.ts';
import type { Schedule } from '../optimizers/schedule.ts';
import type { TensorMap } from '../weights/tensor.ts';
import type { TrainingTask } from './task.ts';
import type { ConfigOf, LanguageModel, TaskOptions } from './tasks.ts';

/** Where a run computes, not what: the same parts give the same bits on any number of workers. */
export interface DataParallel {
  /** Processes of this machine that share the parts of each batch, this one among them: a power of two. */
  readonly workers: number;
  /** Told when a process was lost and another took its place; the step under way is not lost. */
  readonly onReplaced?: (lost: { readonly worker: number; readonly how: string }) => void;
}

export interface NewRun<T extends TaskOptions = LanguageModel> {
  readonly config: ConfigOf<T>;
  /** What is learned; predicting the next token when left out. */
  readonly task?: T;
  /** Where to start from; a fresh model drawn from `seed` when left out. A LoRA run needs them. */
  readonly weights?: TensorMap;
  readonly batchSize: number;
  /** Tokens a row. */
  readonly sequenceLength: number;
  /**
   * Tokens of the longest example that a row is packed of: attention does not compute what lies further back. A batch with a
   * longer one is refused. The whole row when left out.
   */
  readonly longestSegment?: number;
  readonly optimizer: OptimizerOptions;
  readonly schedule: Schedule;
  readonly seed: number;
  readonly threads?: number;
  readonly dataParallel?: DataParallel;
  /** The share of activations that a step leaves out where the residual stream is written to; 0 by default. */
  readonly dropout?: number;
  /**
   * The batch is cut into so many equal parts whose gradients are added: several parts compute at a time, one a thread,
   * and only theirs lie in memory. Two by default, one where that would leave parts too small. The number decides the
   * order of sums, and so the bits; how many threads compute them does not.
   */
  readonly microBatches?: number;
  /** Train an adapter over the frozen weights instead of the weights themselves. */
  readonly lora?: LoraOptions;
}

export interface ResumedRun<T extends TaskOptions = LanguageModel> {
  /** What the checkpoint's run learns; predicting the next token when left out. */
  readonly task?: T['kind'];
  /** A folder that `saveCheckpoint` wrote. */
  readonly checkpoint: string;
  /** The frozen base of a LoRA run; a checkpoint holds only what was trained. */
  readonly weights?: TensorMap;
  readonly threads?: number;
  readonly dataParallel?: DataParallel;
}

/** What decides the bits of a run: kept in its checkpoints. */
export type Run<T extends TaskOptions = TaskOptions> = Omit<
  NewRun<T>,
  'weights' | 'threads' | 'dataParallel'
>;

/** Halves of a batch keep both of two cores busy; below this many tokens a part costs more than it saves. */
const smallestPartTokens = 256;

export function microBatchesByDefault<B>(run: Run, task: TrainingTask<B>, workers: number): number {
  const { batchSize, sequenceLength } = run;
  const halved = batchSize % 2 === 0 && (batchSize / 2) * sequenceLength >= smallestPartTokens;
  return Math.max(workers, halved && task.cut !== undefined ? 2 : 1);
}

export function checkRun<B>(run: Run, task: TrainingTask<B>): void {
  const { batchSize, microBatches = 1, dropout = 0 } = run;
  if (microBatches > 1 && task.cut === undefined) {
    throw new NeuralError('CONFIG_INVALID', 'the loss of this task does not add up over parts of a batch');
  }
  if (batchSize % microBatches !== 0) {
    throw new NeuralError('CONFIG_INVALID', `${batchSize} rows do not divide into ${microBatches} parts`);
  }
  if (!(dropout >= 0 && dropout < 1)) {
    throw new NeuralError('CONFIG_INVALID', `a dropout of ${dropout} is not from 0 to below 1`);
  }
  if (run.sequenceLength > run.config.maxPositions) {
    throw new NeuralError(
      'CONFIG_INVALID',
      `sequence length ${run.sequenceLength} exceeds the model's ${run.config.maxPositions} positions`,
    );
  }
}

/** A power of two of workers with equal shares sums in the order in which one worker would. */
export function checkWorkers({ microBatches = 1, lora }: Run, workers: number): void {
  if (!Number.isInteger(Math.log2(workers))) {
    throw new NeuralError('CONFIG_INVALID', `${workers} workers are not a power of two`);
  }
  if (microBatches % workers !== 0) {
    throw new NeuralError('CONFIG_INVALID', `${microBatches} parts do not divide over ${workers} workers`);
  }
  if (workers > 1 && lora !== undefined) {
    throw new NeuralError('CONFIG_INVALID', 'an adapter is trained by one worker');
  }
}
