import { NeuralError } from '../errors.ts';
import { sha256 } from '../files.ts';
import type { Example } from './examples.ts';

export interface Split<E> {
  readonly training: readonly E[];
  readonly heldOut: readonly E[];
}

export interface SplitOptions {
  readonly seed: number;
  readonly heldOutShare: number;
}

/**
 * Sets a share of the examples aside, decided by each example's content and the seed alone: neither the order of the
 * file nor its other examples move an example across, and equal examples stay on one side, so that nothing measured was
 * trained on. At least one distinct example is on each side; fewer than two distinct
 * examples are EXAMPLE_INVALID.
 */
export function splitExamples<E extends Example>(examples: readonly E[], options: SplitOptions): Split<E> {
  const keys = examples.map((example) => splitKey(example, options.seed));
  const distinct = [...new Set(keys)].sort();
  if (distinct.length < 2) throw tooFewExamples();
  const aside = new Set(distinct.slice(0, heldOutCount(distinct.length, options.heldOutShare)));
  return {
    training: examples.filter((_, index) => !aside.has(keys[index]!)),
    heldOut: examples.filter((_, index) => aside.has(keys[index]!)),
  };
}

export const tooFewExamples = (): NeuralError =>
  new NeuralError('EXAMPLE_INVALID', 'fewer than two different examples: none can be held out');

/** Those with the lowest keys are held out. 64 hexadecimal digits. */
export const splitKey = (example: Example, seed: number): string =>
  sha256(`${seed}\u0000${contentOf(example)}`);

/** How many of so many different examples are held out: at least one is on each side. */
export const heldOutCount = (distinct: number, heldOutShare: number): number =>
  Math.min(Math.max(Math.round(distinct * heldOutShare), 1), distinct - 1);

function contentOf(example: Example): string {
  return 'text' in example ? example.text : `${example.prompt}\u0000${example.completion}`;
}
