/** The texts of a command: its arguments, or the lines of standard input; in batches that one operation takes. */
import { CommandError } from '../command-error.ts';

/** What `embed` and `classify` take at once. */
const maxTexts = 256;
const maxCharacters = 200_000;

/** Throws CommandError, with how the command is used, where there is none. */
export async function givenTexts(positionals: readonly string[], usage: string): Promise<readonly string[]> {
  const texts = positionals.length > 0 ? positionals : linesOf(await readStandardInput());
  if (texts.length === 0) throw new CommandError(`There is no text.\n\n${usage}`, 2);
  return texts;
}

export function inBatches(texts: readonly string[]): readonly (readonly string[])[] {
  const batches: string[][] = [];
  let characters = 0;
  for (const text of texts) {
    const last = batches.at(-1);
    characters += text.length;
    if (last && last.length < maxTexts && characters <= maxCharacters) last.push(text);
    else {
      batches.push([text]);
      characters = text.length;
    }
  }
  return batches;
}

const linesOf = (text: string): readonly string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '');

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
