/** Examples of a data set as texts with labels, or as pairs of texts. Throws EXAMPLE_INVALID with the line of what is neither. */
import { NeuralError } from '@fathom/neural/errors';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import type { LabelledText, TextPair } from '@fathom/neural/training/text-batches';

export const labelled = (examples: readonly Conversation[]): readonly LabelledText[] =>
  examples.map(({ prompt, completion }) => ({ text: prompt, label: completion.trim() }));

export const paired = (examples: readonly Conversation[]): readonly TextPair[] =>
  examples.map(({ prompt, completion }) => ({ anchor: prompt, positive: completion }));

export function conversations(examples: readonly Example[], needed: string): readonly Conversation[] {
  return examples.map((example, index) => {
    if (!('text' in example)) return example;
    throw new NeuralError('EXAMPLE_INVALID', `line ${index + 1} is a passage: it has no ${needed}`);
  });
}

const maxLabels = 1_000;
const maxLabelCharacters = 200;

/** All labels of a data set, in order. Throws EXAMPLE_INVALID where they do not make classes. */
export function labelsOf(examples: readonly LabelledText[]): readonly string[] {
  const tooLong = examples.findIndex(({ label }) => label.length > maxLabelCharacters);
  if (tooLong >= 0)
    throw new NeuralError(
      'EXAMPLE_INVALID',
      `line ${tooLong + 1}: the label has ${examples[tooLong]!.label.length} characters, allowed are ${maxLabelCharacters}`,
    );
  const labels = [...new Set(examples.map(({ label }) => label))].sort();
  if (labels.length >= 2 && labels.length <= maxLabels) return labels;
  const found = labels.length === 1 ? `one label, ${JSON.stringify(labels[0])}` : `${labels.length} labels`;
  throw new NeuralError(
    'EXAMPLE_INVALID',
    `the data set has ${found}; a classifier needs 2 to ${maxLabels.toLocaleString('en')}`,
  );
}
