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

/** As many of everything as slots, each of which is named once. Throws `SESSION_INPUT_INVALID`. */
export function checkSlots(slots: readonly number[], ...given: readonly (readonly unknown[])[]): void {
  checkCounts(slots, ...given);
  if (new Set(slots).size !== slots.length) throw invalidInput(`slots ${slots} name one twice`);
}

function checkCounts(slots: readonly number[], ...given: readonly (readonly unknown[])[]): void {
  if (slots.length === 0 || given.some(({ length }) => length !== slots.length))
    throw invalidInput(
      `${slots.length} slots with lists of ${given.map(({ length }) => length).join(' and ')}`,
    );
}

/** One token more of each slot: `checkSlots` and `checkRange` of what is checked in every step. Throws `SESSION_INPUT_INVALID`. */
export function checkNext(
  bounds: DecoderBounds,
  slots: readonly number[],
  tokens: readonly number[],
  lengths: readonly number[],
): void {
  checkCounts(slots, tokens, lengths);
  for (let at = 0; at < slots.length; at += 1) {
    const [slot, token, startPosition] = [slots[at]!, tokens[at]!, lengths[at]!];
    if (
      !isBelow(bounds.maxSlots, slot) ||
      !isBelow(bounds.vocabularySize, token) ||
      !isBelow(bounds.capacity, startPosition)
    )
      checkRange(bounds, { slot, tokens: [token], startPosition });
    if (slots.indexOf(slot) < at) checkSlots(slots);
  }
}

const isBelow = (end: number, value: number): boolean => Number.isInteger(value) && value >= 0 && value < end;

/** What pads is computed and seen by nobody. */
export function padded(tokens: readonly number[], length: number): readonly number[] {
  return [...tokens, ...new Array<number>(length - tokens.length).fill(0)];
}

export function noAdapters(): NeuralError {
  return new NeuralError(
    'ADAPTER_INVALID',
    'an adapter cannot be loaded onto an ONNX export, whose graph is fixed: serve its base from safetensors',
  );
}

/**
 * Of a row that begins, its last token's place among the run's `time`; of one that goes on, the run's last. `length`: of the row,
 * new tokens included, less one.
 */
export const lastOf = (length: number, time: number): number => Math.min(length, time - 1);
