/** Every task by its kind: what it is told, the model and the batches it takes, and where it is made. */
import type { TextModelConfig } from '../architectures/text-model.ts';
import { invalidConfig, type ModelConfig } from '../models/model-config.ts';
import type { Batch } from './batch.ts';
import type { TaskShape, TrainingTask } from './task.ts';
import { type Classification, type ClassificationBatch, classificationTask } from './tasks/classification.ts';
import { type Contrastive, contrastiveTask, type PairBatch } from './tasks/contrastive.ts';
import { languageModelTask } from './tasks/language-model.ts';

export interface LanguageModel {
  readonly kind: 'language-model';
}
export type TaskOptions = LanguageModel | Classification | Contrastive;

export type BatchOf<T extends TaskOptions> = T extends Classification
  ? ClassificationBatch
  : T extends Contrastive
    ? PairBatch
    : Batch;
export type ConfigOf<T extends TaskOptions> = T extends LanguageModel ? ModelConfig : TextModelConfig;

export interface TaskRun<T extends TaskOptions> extends TaskShape {
  readonly config: ConfigOf<T>;
  /** Predicting the next token when left out. */
  readonly task?: T;
}

/** Throws `CONFIG_INVALID` for a model that the task cannot be learned by. */
export function createTask<T extends TaskOptions>(run: TaskRun<T>): TrainingTask<BatchOf<T>> {
  // The switch knows which task it has made; TypeScript does not carry that over to T.
  return taskOf(run as TaskRun<TaskOptions>) as unknown as TrainingTask<BatchOf<T>>;
}

function taskOf(
  run: TaskRun<TaskOptions>,
): TrainingTask<Batch> | TrainingTask<ClassificationBatch> | TrainingTask<PairBatch> {
  const { config, task } = run;
  switch (task?.kind) {
    case 'classification':
      return classificationTask(config, { ...run, labels: task.labels });
    case 'contrastive':
      return contrastiveTask(config, { ...run, scale: task.scale ?? 20 });
    default:
      if (config.family === 'bert')
        throw invalidConfig(['an encoder cannot learn to predict the next token']);
      return languageModelTask(config, run);
  }
}
