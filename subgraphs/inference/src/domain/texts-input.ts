/** Which texts may be asked to be read, and by which encoder for their vectors. */
import type { EmbeddingModel, EmbedInput } from '../__generated__/schema.ts';
import type { Refusal } from './refusal.ts';

export const maxTexts = 256;
export const maxTextCharacters = 8_000;
export const maxTotalCharacters = 200_000;

/** The first thing wrong with the texts, or undefined. */
export function refuseTexts({ texts }: Pick<EmbedInput, 'texts'>): Refusal | undefined {
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

/** Its id is `name@version`. */
export type Encoder = Omit<EmbeddingModel, '__typename'>;

/** The encoder by its name or its id; undefined if there is none of that name. */
export function findEncoder(encoders: readonly Encoder[], reference: string): Encoder | undefined {
  return encoders.find(({ id }) => id === reference || id.split('@')[0] === reference);
}
