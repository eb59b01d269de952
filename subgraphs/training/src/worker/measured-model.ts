/** A model held against examples, whatever it is for. What it is asked, it answers from its weights as they are served. */
import { NeuralError } from '@fathom/neural/errors';
import type { Measured } from '@fathom/neural/training/evaluation-batches';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import type { ExampleSource } from '@fathom/neural/training/packed/example-source';
import type { TaskMetrics } from '../domain/task-metrics.ts';

export interface MeasuringOptions {
  readonly threads: number;
  /** Rows at once; what a loss on pairs of texts depends on. */
  readonly batchSize: number;
  /** Of this process alone: where examples are packed. */
  readonly scratchFolder: string;
}

/** How an answer is held against the expected one. */
export type AnswerRule = 'EXACT_MATCH' | 'CONTAINS';

export interface MeasuredModel {
  /** Over all examples. Throws EXAMPLE_INVALID for one that the model cannot be asked, or that has no loss. */
  loss(examples: ExampleSource): Promise<Measured>;
  /** How many are answered right. Throws EXAMPLE_INVALID for a rule that makes no sense of the model. */
  right(rule: AnswerRule, examples: ExampleSource): Promise<number>;
  metrics(examples: ExampleSource): Promise<TaskMetrics>;
}

type Examples = Iterable<Example> | AsyncIterable<Example>;

/** Whether these are pairs that people graded. Throws EXAMPLE_INVALID where only some are. */
export async function areGraded(examples: Examples): Promise<boolean> {
  let [line, graded] = [0, 0];
  let firstOther: number | undefined;
  for await (const example of examples) {
    line += 1;
    if ('prompt' in example && example.score !== undefined) graded += 1;
    else firstOther ??= line;
  }
  if (graded === 0 || firstOther === undefined) return graded > 0;
  throw new NeuralError('EXAMPLE_INVALID', `line ${firstOther} has no \`score\`, and other lines have one`);
}

/** Throws EXAMPLE_INVALID where people graded pairs, which only vectors are measured by. */
export async function requireUngraded(examples: Examples, because: string): Promise<void> {
  if (!(await areGraded(examples))) return;
  throw new NeuralError(
    'EXAMPLE_INVALID',
    `these are graded pairs (\`text\`, \`other\`, \`score\`): they measure how vectors rank them; ${because}`,
  );
}

/** A passage of text asks nothing. */
export const isAsked = (example: Example): example is Conversation => !('text' in example);

/** So many at once, the last ones fewer. */
export async function* inGroups<T>(
  items: Iterable<T> | AsyncIterable<T>,
  size: number,
): AsyncGenerator<readonly T[]> {
  let group: T[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
