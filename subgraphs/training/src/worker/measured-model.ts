/** A model held against examples, whatever it is for. What it is asked, it answers from its weights as they are served. */
import { NeuralError } from '@fathom/neural/errors';
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
  /** Over all examples. Throws EXAMPLE_INVALID for one that the model cannot be asked, or that has no loss. */
  loss(examples: readonly Example[]): Promise<Measured>;
  /** How many are answered right. Throws EXAMPLE_INVALID for a rule that makes no sense of the model. */
  right(rule: AnswerRule, examples: readonly Example[]): Promise<number>;
  metrics(examples: readonly Example[]): Promise<TaskMetrics>;
}

/** Whether these are pairs that people graded. Throws EXAMPLE_INVALID where only some are. */
export function areGraded(examples: readonly Example[]): boolean {
  const isGraded = (example: Example): boolean => 'prompt' in example && example.score !== undefined;
  const graded = examples.filter(isGraded).length;
  if (graded === 0 || graded === examples.length) return graded > 0;
  const other = examples.findIndex((example) => !isGraded(example));
  throw new NeuralError('EXAMPLE_INVALID', `line ${other + 1} has no \`score\`, and other lines have one`);
}

/** Throws EXAMPLE_INVALID where people graded pairs, which only vectors are measured by. */
export function requireUngraded(examples: readonly Example[], because: string): void {
  if (!areGraded(examples)) return;
  throw new NeuralError(
    'EXAMPLE_INVALID',
    `these are graded pairs (\`text\`, \`other\`, \`score\`): they measure how vectors rank them; ${because}`,
  );
}

/** A passage of text asks nothing. */
export const askedOf = (examples: readonly Example[]): readonly Conversation[] =>
  examples.flatMap((example) => ('text' in example ? [] : [example]));
