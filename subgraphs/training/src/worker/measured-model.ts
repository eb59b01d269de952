/** A model held against examples, whatever it is for. What it is asked, it answers from its weights as they are served. */
import type { Measured } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import type { TaskMetrics } from '../domain/task-metrics.ts';

export interface MeasuringOptions {
  readonly threads: number;
  /** Rows at once; what a loss on pairs of texts depends on. */
  readonly batchSize: number;
}

/** How an answer is held against the expected one. */
export type AnswerRule = 'EXACT_MATCH' | 'CONTAINS';

export interface MeasuredModel {
  /** Over all examples. Throws EXAMPLE_INVALID for one that the model cannot be asked. */
  loss(examples: readonly Example[]): Promise<Measured>;
  /** How many are answered right. Throws EXAMPLE_INVALID for a rule that makes no sense of the model. */
  right(rule: AnswerRule, examples: readonly Example[]): Promise<number>;
  metrics(examples: readonly Example[]): Promise<TaskMetrics>;
}

/** A passage of text asks nothing. */
export const askedOf = (examples: readonly Example[]): readonly Conversation[] =>
  examples.flatMap((example) => ('text' in example ? [] : [example]));
