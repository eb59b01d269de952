/** A model measured on named suites, each by its own rule. */

import { NeuralError } from '@fathom/neural/errors';
import type { ExampleSource } from '@fathom/neural/training/packed/example-source';
import type { MeasuredModel } from './measured-model.ts';
import type { SuiteMeasurement, SuiteSpecification } from './protocol.ts';

export interface OpenSuite extends SuiteSpecification {
  readonly examples: ExampleSource;
}

export async function measureSuite(suite: OpenSuite, model: MeasuredModel): Promise<SuiteMeasurement> {
  const { suiteId, examples, scoring } = suite;
  const measured = { suiteId, exampleCount: examples.count };
  if (scoring === 'LOSS') return { ...measured, loss: (await model.loss(examples)).loss, score: null };
  if (scoring === 'SPEARMAN') return { ...measured, loss: null, score: await correlationOf(suite, model) };
  // What asks nothing counts as an example, and never as one that was answered right.
  return { ...measured, loss: null, score: (await model.right(scoring, examples)) / examples.count };
}

async function correlationOf({ examples }: OpenSuite, model: MeasuredModel): Promise<number> {
  const { spearman } = await model.metrics(examples);
  if (spearman !== null) return spearman;
  throw new NeuralError(
    'EXAMPLE_INVALID',
    'SPEARMAN needs graded pairs (`text`, `other`, `score`) whose scores are not all the same',
  );
}
