import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type ByteLine, LineSplitter } from '../byte-lines.ts';
import { NeuralError } from '../errors.ts';
import { type EncodingOptions, type Example, encodeExample } from './examples.ts';
import { examplesFileName, parseExampleLine } from './examples-file.ts';

/** Far more than any example has. */
const maxLineBytes = 16 * 1024 * 1024;

/** The examples of a data set's folder. Throws EXAMPLE_INVALID with the first wrong line. */
export async function readExamples(folder: string): Promise<readonly Example[]> {
  const examples: Example[] = [];
  for await (const example of streamExamples(folder)) examples.push(example);
  return examples;
}

/** The same one by one: a megabyte of the file is held. */
export async function* streamExamples(folder: string): AsyncGenerator<Example> {
  const splitter = new LineSplitter(maxLineBytes);
  // Line by line: as one string a file could not have more than half a gigabyte.
  const file = createReadStream(join(folder, examplesFileName), { highWaterMark: 1 << 20 });
  for await (const chunk of file as AsyncIterable<Buffer>) yield* examplesOf(splitter.push(chunk));
  yield* examplesOf(splitter.end());
}

function* examplesOf(lines: readonly ByteLine[]): Generator<Example> {
  for (const line of lines) {
    const example = exampleOf(line);
    if (example) yield example;
  }
}

function exampleOf(line: ByteLine): Example | undefined {
  if (line.kind === 'too-long')
    throw new NeuralError('EXAMPLE_INVALID', `line ${line.number} has ${line.lengthBytes} bytes`);
  const text = line.bytes.toString('utf8');
  if (text.trim() === '') return undefined;
  const example = parseExampleLine(text);
  if ('problem' in example)
    throw new NeuralError('EXAMPLE_INVALID', `line ${line.number} ${example.problem}`);
  return example;
}

/** Before a split renumbers them: throws EXAMPLE_INVALID naming the line of an example that is too long. */
export function checkExampleLengths(
  examples: readonly Example[],
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
