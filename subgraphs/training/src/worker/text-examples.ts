/** Examples of a data set as texts with labels, or as pairs of texts. Throws EXAMPLE_INVALID with the line of what is neither. */
import { NeuralError } from '@fathom/neural/errors';
import { naming } from '@fathom/neural/training/example-problem';
import type { Example } from '@fathom/neural/training/examples';
import type { Conversation } from '@fathom/neural/training/examples-file';
import type { ExampleSource } from '@fathom/neural/training/packed/example-source';
import type { LabelledText, TextPair } from '@fathom/neural/training/text-examples';

export const labelled = ({ prompt, completion }: Conversation): LabelledText => ({
  text: prompt,
  label: completion.trim(),
});

export const paired = ({ prompt, completion }: Conversation): TextPair => ({
  anchor: prompt,
  positive: completion,
});

/** `needed` is what a passage lacks. */
export function conversation(example: Example, needed: string): Conversation {
  if (!('text' in example)) return example;
  throw new NeuralError('EXAMPLE_INVALID', `it is a passage: it has no ${needed}`);
}

export async function* conversations({ read }: ExampleSource, needed: string): AsyncGenerator<Conversation> {
  let index = 0;
  for await (const example of read()) {
    yield naming(`line ${index + 1}`, index, () => conversation(example, needed));
    index += 1;
  }
}

const maxLabels = 1_000;
const maxLabelCharacters = 200;

/** All labels of a data set, in order. Throws EXAMPLE_INVALID where they do not make classes. */
export async function labelsOf(examples: ExampleSource): Promise<readonly string[]> {
  const labels = new Set<string>();
  let line = 0;
  for await (const example of conversations(examples, 'label')) {
    line += 1;
    const { label } = labelled(example);
    if (label.length > maxLabelCharacters)
      throw new NeuralError(
        'EXAMPLE_INVALID',
        `line ${line}: the label has ${label.length} characters, allowed are ${maxLabelCharacters}`,
      );
    labels.add(label);
    if (labels.size > maxLabels) throw notClasses(`more than ${maxLabels.toLocaleString('en')} labels`);
  }
  if (labels.size >= 2) return [...labels].sort();
  throw notClasses(`one label, ${JSON.stringify([...labels][0])}`);
}

const notClasses = (found: string): NeuralError =>
  new NeuralError(
    'EXAMPLE_INVALID',
    `the data set has ${found}; a classifier needs 2 to ${maxLabels.toLocaleString('en')}`,
  );
