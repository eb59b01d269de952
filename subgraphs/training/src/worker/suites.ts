/** A model measured on named suites, each by its own rule. */

import { NeuralError } from '@fathom/neural/errors';
import type { Example } from '@fathom/neural/training/examples';
import { listedExamples } from '@fathom/neural/training/packed/example-source';
import type { MeasuredModel } from './measured-model.ts';
import type { SuiteMeasurement, SuiteSpecification } from './protocol.ts';

export interface LoadedSuite extends SuiteSpecification {
  readonly examples: readonly Example[];
}

export async function measureSuite(suite: LoadedSuite, model: MeasuredModel): Promise<SuiteMeasurement> {
  const { suiteId, examples, scoring } = suite;
  const measured = { suiteId, exampleCount: examples.length };
  if (scoring === 'LOSS')
    return { ...measured, loss: (await model.loss(listedExamples(examples))).loss, score: null };
  if (scoring === 'SPEARMAN') return { ...measured, loss: null, score: await correlationOf(suite, model) };
  // What asks nothing counts as an example, and never as one that was answered right.
  return { ...measured, loss: null, score: (await model.right(scoring, examples)) / examples.length };
}

async function correlationOf({ examples }: LoadedSuite, model: MeasuredModel): Promise<number> {
  const { spearman } = await model.metrics(listedExamples(examples));
  if (spearman !== null) return spearman;
  throw new NeuralError(
    'EXAMPLE_INVALID',
    'SPEARMAN needs graded pairs (`text`, `other`, `score`) whose scores are not all the same',
  );
}
