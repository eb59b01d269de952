/**
 * The checkpoints of one run: `<folder>/step-0000050`, one folder each. Which of them count is known to whoever records
 * them; here they are only found, removed and put aside.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import type { TensorMap } from '../weights/tensor.ts';
import type { DataParallel } from './run.ts';
import type { LanguageModel, TaskOptions } from './tasks.ts';
import { createTrainer, type Trainer } from './trainer.ts';

export const checkpointPath = (folder: string, step: number): string =>
  join(folder, `step-${String(step).padStart(7, '0')}`);

export interface RecordedCheckpoint {
  readonly step: number;
  /** `Trainer.stateSha256()` when it was saved. */
  readonly sha256: string;
}

export interface ResumeOptions extends RecordedCheckpoint {
  readonly folder: string;
  readonly threads: number;
  readonly dataParallel?: DataParallel;
  /** The base of a LoRA run. */
  readonly weights?: TensorMap;
}

/** The trainer as it was. Throws CHECKPOINT_CORRUPT, also for a sound checkpoint that is not the recorded one. */
export async function resumeFromCheckpoint(options: ResumeOptions): Promise<Trainer> {
  const { folder, step, ...rest } = options;
  return resumeTrainer({ ...rest, path: checkpointPath(folder, step) });
}

/** The same from the checkpoint's own folder, wherever it lies. */
export async function resumeTrainer<T extends TaskOptions = LanguageModel>({
  path: checkpoint,
  sha256,
  threads,
  dataParallel,
  weights,
  task,
}: Omit<ResumeOptions, 'folder' | 'step'> & {
  readonly path: string;
  /** What its run learns; predicting the next token when left out. */
  readonly task?: T['kind'];
}): Promise<Trainer<T>> {
  const trainer = await createTrainer<T>({
    checkpoint,
    threads,
    ...(task ? { task } : {}),
    ...(dataParallel ? { dataParallel } : {}),
    ...(weights ? { weights } : {}),
  });
  if (trainer.stateSha256() === sha256) return trainer;
  await trainer.release();
  throw new NeuralError(
    'CHECKPOINT_CORRUPT',
    `checkpoint ${checkpoint}: its state is not the one that was recorded`,
  );
}

export async function removeCheckpoints(folder: string, steps: readonly number[]): Promise<void> {
  for (const step of steps) await rm(checkpointPath(folder, step), { recursive: true, force: true });
}

/** Out of the way of a resumption, but there for whoever wants to know what happened to it. */
export async function setCheckpointAside(folder: string, step: number): Promise<void> {
  const path = checkpointPath(folder, step);
  await rm(`${path}.corrupt`, { recursive: true, force: true });
  await rename(path, `${path}.corrupt`).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
