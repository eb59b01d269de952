/** What every decoder refuses before it runs. */
import { NeuralError } from '../errors.ts';

export interface DecoderBounds {
  readonly maxSlots: number;
  readonly capacity: number;
  readonly vocabularySize: number;
}

/** Throws `SESSION_INPUT_INVALID`. */
export function checkRange(
  { maxSlots, capacity, vocabularySize }: DecoderBounds,
  input: { readonly slot: number; readonly tokens: readonly number[]; readonly startPosition: number },
): void {
  const { slot, tokens, startPosition } = input;
  if (!Number.isInteger(slot) || slot < 0 || slot >= maxSlots)
    throw invalidInput(`slot ${slot} is outside 0 to ${maxSlots - 1}`);
  if (!Number.isInteger(startPosition) || startPosition < 0 || startPosition + tokens.length > capacity)
    throw invalidInput(
      `${tokens.length} tokens at position ${startPosition} exceed the capacity of ${capacity}`,
    );
  const unknown = tokens.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabularySize);
  if (unknown !== undefined)
    throw invalidInput(`token ${unknown} is outside the vocabulary of ${vocabularySize}`);
}

export function invalidInput(problem: string): NeuralError {
  return new NeuralError('SESSION_INPUT_INVALID', `decoder: ${problem}`);
}
