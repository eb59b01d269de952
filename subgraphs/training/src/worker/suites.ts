/** A model measured on named suites, each by its own rule. */
import type { ModelFolder } from '@fathom/neural/models/model-folder';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import { exactMatch } from './exact-match.ts';
import { generateAnswers } from './generate.ts';
import type { SuiteMeasurement, SuiteSpecification } from './protocol.ts';

export interface LoadedSuite extends SuiteSpecification {
  readonly examples: readonly Example[];
}

export async function measureSuite(
  suite: LoadedSuite,
  model: ModelFolder,
  options: {
    readonly threads: number;
    /** Mean nats a token of the examples' completions. */
    readonly lossOn: (examples: readonly Example[]) => Promise<number>;
  },
): Promise<SuiteMeasurement> {
  const { suiteId, examples } = suite;
  const measured = { suiteId, exampleCount: examples.length };
  // A passage of text asks nothing: it counts as an example, and never as one that was answered right.
  const asked = examples.flatMap((example) => ('text' in example ? [] : [example]));
  const share = async (rule: typeof exactMatch) =>
    asked.length === 0 ? 0 : ((await rule(model, asked, options)) * asked.length) / examples.length;
  switch (suite.scoring) {
    case 'EXACT_MATCH':
      return { ...measured, loss: null, score: await share(exactMatch) };
    case 'CONTAINS':
      return { ...measured, loss: null, score: await share(containing) };
    case 'LOSS':
      return { ...measured, loss: await options.lossOn(examples), score: null };
  }
}

/** The share of examples whose answer contains the expected text, whatever its case. 0 to 1. */
async function containing(
  model: ModelFolder,
  examples: readonly Conversation[],
  { threads }: { readonly threads: number },
): Promise<number> {
  const prompts = examples.map(({ prompt }) => prompt);
  const answers = await generateAnswers(model, prompts, { threads, maxTokens: model.config.maxPositions });
  const right = examples.filter(({ completion }, index) =>
    answers[index]!.toLowerCase().includes(completion.trim().toLowerCase()),
  );
  return right.length / examples.length;
}
