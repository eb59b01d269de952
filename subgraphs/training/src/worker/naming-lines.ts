import { NeuralError } from '@fathom/neural/errors';

const shown = 20;

/** A loss that is not finite names the examples of its batch; people know them by their lines in the data set. */
export function namingLines(error: unknown, lineOf: (place: number) => number): unknown {
  if (!(error instanceof NeuralError) || error.code !== 'LOSS_NOT_FINITE') return error;
  const places = (error.details['examples'] as readonly number[] | undefined) ?? [];
  const held = places.map(lineOf).sort((a, b) => a - b);
  if (held.length === 0) return error;
  const more = held.length > shown ? ` and ${held.length - shown} more` : '';
  const message = `${error.message}. Its batch held line ${held.slice(0, shown).join(', ')}${more} of the data set`;
  return new NeuralError(error.code, message, { cause: error, details: { ...error.details, lines: held } });
}
