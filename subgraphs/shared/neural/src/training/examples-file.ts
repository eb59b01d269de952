import { z } from 'zod';

/** A question with the answer to learn, as data sets carry it. */
export interface Conversation {
  readonly prompt: string;
  readonly completion: string;
}

export interface LineProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** The one file of a data set's artifact. */
export const examplesFileName = 'examples.jsonl';
export const maxExampleCharacters = 8_000;

const side = z
  .string('is missing or not a string')
  .refine((text) => text.trim() !== '', 'is empty')
  .refine((text) => text.length <= maxExampleCharacters, `is longer than ${maxExampleCharacters} characters`);
const conversation = z.object({ prompt: side, completion: side });

/** One object a line. Blank lines are skipped; every wrong line is named with all that is wrong with it. */
export function parseExamplesJsonl(text: string): {
  readonly examples: readonly Conversation[];
  readonly problems: readonly LineProblem[];
} {
  const examples: Conversation[] = [];
  const problems: LineProblem[] = [];
  text.split('\n').forEach((content, index) => {
    if (content.trim() === '') return;
    const result = parseLine(content);
    if ('problem' in result) problems.push({ line: index + 1, message: result.problem });
    else examples.push(result);
  });
  return { examples, problems };
}

/** The canonical form: equal examples give equal bytes. */
export function serializeExamples(examples: readonly Conversation[]): string {
  return examples.map(({ prompt, completion }) => `${JSON.stringify({ prompt, completion })}\n`).join('');
}

/** Checks one example that was read elsewhere, for instance from CSV. */
export function checkExample(value: unknown): Conversation | { readonly problem: string } {
  const parsed = conversation.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0
      ? 'is not an object with `prompt` and `completion`'
      : `\`${path.join('.')}\` ${message}`,
  );
  return { problem: problems.join('; ') };
}

function parseLine(content: string): Conversation | { readonly problem: string } {
  try {
    return checkExample(JSON.parse(content));
  } catch (error) {
    return { problem: `is not valid JSON: ${(error as Error).message}` };
  }
}
