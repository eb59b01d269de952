import { NeuralError } from '../errors.ts';
import { sha256 } from '../files.ts';
import type { Example } from './examples.ts';

export interface Split<E> {
  readonly training: readonly E[];
  readonly heldOut: readonly E[];
}

/**
 * Sets a share of the examples aside, decided by each example's content and the seed alone: neither the order of the
 * file nor its other examples move an example across, and equal examples stay on one side, so that nothing measured was
 * trained on. At least one distinct example is on each side; fewer than two distinct
 * examples are EXAMPLE_INVALID.
 */
export function splitExamples<E extends Example>(
  examples: readonly E[],
  options: { readonly seed: number; readonly heldOutShare: number },
): Split<E> {
  const keys = examples.map((example) => sha256(`${options.seed}\u0000${contentOf(example)}`));
  const distinct = [...new Set(keys)].sort();
  if (distinct.length < 2) {
    throw new NeuralError('EXAMPLE_INVALID', 'fewer than two different examples: none can be held out');
  }
  const wanted = Math.round(distinct.length * options.heldOutShare);
  const aside = new Set(distinct.slice(0, Math.min(Math.max(wanted, 1), distinct.length - 1)));
  return {
    training: examples.filter((_, index) => !aside.has(keys[index]!)),
    heldOut: examples.filter((_, index) => aside.has(keys[index]!)),
  };
}

function contentOf(example: Example): string {
  return 'text' in example ? example.text : `${example.prompt}\u0000${example.completion}`;
}
