/** What may be asked to be turned into vectors, and by which encoder. */
import type { EmbedInput } from '../__generated__/resolvers.ts';
import type { Refusal } from './refusal.ts';

export const maxTexts = 256;
export const maxTextCharacters = 8_000;
export const maxTotalCharacters = 200_000;

/** The first thing wrong with the texts, or undefined. */
export function refuseTexts({ texts }: EmbedInput): Refusal | undefined {
  const refuse = (message: string, field = 'input.texts'): Refusal => ({ kind: 'invalid', field, message });
  if (texts.length === 0 || texts.length > maxTexts) {
    return refuse(`There are ${texts.length} texts; 1 to ${maxTexts} are allowed.`);
  }
  for (const [at, text] of texts.entries()) {
    if (text.trim() === '') return refuse('The text is empty.', `input.texts.${at}`);
    if (text.length > maxTextCharacters) {
      const problem = `The text has ${text.length} characters; at most ${maxTextCharacters} are allowed.`;
      return refuse(problem, `input.texts.${at}`);
    }
  }
  const total = texts.reduce((sum, { length }) => sum + length, 0);
  if (total <= maxTotalCharacters) return undefined;
  return refuse(`The texts have ${total} characters together; at most ${maxTotalCharacters} are allowed.`);
}

export interface Encoder {
  /** `name@version`. */
  readonly id: string;
  readonly dimensions: number;
  readonly maxTokens: number;
}

/** The encoder by its name or its id, the first one if none is named; undefined if there is none of that name. */
export function findEncoder(
  encoders: readonly Encoder[],
  reference: string | undefined,
): Encoder | undefined {
  if (reference === undefined) return encoders[0];
  return encoders.find(({ id }) => id === reference || id.split('@')[0] === reference);
}
