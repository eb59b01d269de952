import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type ByteLine, LineSplitter } from '../byte-lines.ts';
import { NeuralError } from '../errors.ts';
import { naming } from './example-problem.ts';
import { type Example, piecesOf, type TokenizingOptions } from './examples.ts';
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

/** Throws EXAMPLE_INVALID naming the line of an example that is too long. */
export async function checkExampleLengths(
  examples: AsyncIterable<Example>,
  options: TokenizingOptions,
): Promise<void> {
  let index = 0;
  for await (const example of examples) {
    naming(`line ${index + 1}`, index, () => piecesOf(example, index, options));
    index += 1;
  }
}
