/** A model measured on named suites, each by its own rule. */
import type { Example } from '@fathom/neural/training/examples';
import type { MeasuredModel } from './measured-model.ts';
import type { SuiteMeasurement, SuiteSpecification } from './protocol.ts';

export interface LoadedSuite extends SuiteSpecification {
  readonly examples: readonly Example[];
}

export async function measureSuite(suite: LoadedSuite, model: MeasuredModel): Promise<SuiteMeasurement> {
  const { suiteId, examples, scoring } = suite;
  const measured = { suiteId, exampleCount: examples.length };
  if (scoring === 'LOSS') return { ...measured, loss: (await model.loss(examples)).loss, score: null };
  // What asks nothing counts as an example, and never as one that was answered right.
  return { ...measured, loss: null, score: (await model.right(scoring, examples)) / examples.length };
}
