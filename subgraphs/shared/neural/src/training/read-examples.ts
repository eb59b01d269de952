import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NeuralError } from '../errors.ts';
import { type EncodingOptions, encodeExample } from './examples.ts';
import { type Conversation, examplesFileName, parseExamplesJsonl } from './examples-file.ts';

/** The examples of a data set's folder. Throws EXAMPLE_INVALID with the first wrong line. */
export async function readExamples(folder: string): Promise<readonly Conversation[]> {
  const { examples, problems } = parseExamplesJsonl(await readFile(join(folder, examplesFileName), 'utf8'));
  const [problem] = problems;
  if (problem) throw new NeuralError('EXAMPLE_INVALID', `line ${problem.line} ${problem.message}`);
  return examples;
}

/** Before a split renumbers them: throws EXAMPLE_INVALID naming the line of an example that is too long. */
export function checkExampleLengths(
  examples: readonly Conversation[],
  options: Omit<EncodingOptions, 'promptWeight'>,
): void {
  for (const [index, example] of examples.entries()) {
    try {
      encodeExample(example, index, { ...options, promptWeight: 0 });
    } catch (cause) {
      if (!(cause instanceof NeuralError)) throw cause;
      throw new NeuralError('EXAMPLE_INVALID', `line ${index + 1}: ${cause.message}`, { cause });
    }
  }
}
