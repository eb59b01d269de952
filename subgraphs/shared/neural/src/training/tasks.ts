/** Every task by its kind: what it is told, the batches it takes, and where it is made. */
import type { ModelConfig } from '../models/model-config.ts';
import type { Batch } from './batch.ts';
import type { TaskShape, TrainingTask } from './task.ts';
import { languageModelTask } from './tasks/language-model.ts';

export interface LanguageModel {
  readonly kind: 'language-model';
}
export type TaskOptions = LanguageModel;

export type BatchOf<_T extends TaskOptions> = Batch;
export type ConfigOf<_T extends TaskOptions> = ModelConfig;

export interface TaskRun<T extends TaskOptions> extends TaskShape {
  readonly config: ConfigOf<T>;
  /** Predicting the next token when left out. */
  readonly task?: T;
}

export function createTask<T extends TaskOptions>(run: TaskRun<T>): TrainingTask<BatchOf<T>> {
  return languageModelTask(run.config, run);
}
