import { z } from 'zod';
import type { Example } from './examples.ts';

/** A question with the answer to learn, as data sets carry it. */
export interface Conversation {
  readonly prompt: string;
  readonly completion: string;
  /** How alike people find the two, on any scale. What has it is there to measure by, not to learn from. */
  readonly score?: number;
}

/** Text to learn as it is. */
export interface Passage {
  readonly text: string;
}

export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** The one file of a data set's artifact. */
export const examplesFileName = 'examples.jsonl';
export const maxExampleCharacters = 8_000;
/** A trainer cuts passages to the length of its sequences, so they may be longer than what must fit as a whole. */
export const maxPassageCharacters = 100_000;

const textUpTo = (maxCharacters: number) =>
  z
    .string('is missing or not a string')
    .refine((text) => text.trim() !== '', 'is empty')
    .refine((text) => text.length <= maxCharacters, `is longer than ${maxCharacters} characters`);
const side = textUpTo(maxExampleCharacters);
const conversation = z.object({ prompt: side, completion: side });
const passage = z.object({ text: textUpTo(maxPassageCharacters) });

/** One object a line. Blank lines are skipped; every wrong line is named with all that is wrong with it. */
export function parseExamplesJsonl(text: string): {
  readonly examples: readonly Example[];
  readonly problems: readonly LineProblem[];
} {
  const examples: Example[] = [];
  const problems: LineProblem[] = [];
  text.split('\n').forEach((content, index) => {
    if (content.trim() === '') return;
    const result = parseExampleLine(content);
    if ('problem' in result) problems.push({ line: index + 1, message: result.problem });
    else examples.push(result);
  });
  return { examples, problems };
}

/** The canonical form: equal examples give equal bytes. */
export function serializeExamples(examples: readonly Example[]): string {
  return examples
    .map((example) => {
      const fields =
        'text' in example
          ? { text: example.text }
          : {
              prompt: example.prompt,
              completion: example.completion,
              ...(example.score === undefined ? {} : { score: example.score }),
            };
      return `${JSON.stringify(fields)}\n`;
    })
    .join('');
}

/** Checks one conversation that was read elsewhere. */
export function checkExample(value: unknown): Conversation | { readonly problem: string } {
  const parsed = conversation.safeParse(value);
  return parsed.success
    ? parsed.data
    : { problem: problemOf(parsed.error, 'an object with `prompt` and `completion`') };
}

/** Checks a conversation, or a passage: an object with `text` and without `prompt`. */
export function checkExampleOrPassage(value: unknown): Example | { readonly problem: string } {
  if (typeof value !== 'object' || value === null || !('text' in value) || 'prompt' in value)
    return checkExample(value);
  const parsed = passage.safeParse(value);
  return parsed.success ? parsed.data : { problem: problemOf(parsed.error, 'an object with `text`') };
}

function problemOf({ issues }: z.ZodError, wanted: string): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? `is not ${wanted}` : `\`${path.join('.')}\` ${message}`))
    .join('; ');
}

/** A line of the canonical form. */
export function parseExampleLine(content: string): Example | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    return { problem: `is not valid JSON: ${(error as Error).message}` };
  }
  const example = checkExampleOrPassage(value);
  const { score } = (value ?? {}) as { readonly score?: unknown };
  return 'prompt' in example && typeof score === 'number' ? { ...example, score } : example;
}
