import { type Precision, precisions } from './weight-product.ts';

export const requestedPrecisions = ['auto', ...precisions] as const;
export type RequestedPrecision = (typeof requestedPrecisions)[number];

/** Up to so many rows a step is bound by the bytes of the weights, above it by arithmetic. */
const largestBatchForInt4 = 2;

/**
 * The precision to load a model in. `auto` goes by the largest batch that a step can have. Decoding reads every weight once
 * a step, whatever the batch: at one or two rows four bits win, from four on eight bits do, whose products are the
 * cheapest arithmetic (`npm run bench -- precision` measures it on a machine). It is a rule and not a measurement at load, so
 * that replicas agree: a stream that goes on elsewhere must go on in the same precision.
 *
 * What is not available gives way to the next best: more bits before fewer for `fp32`, as few as asked for otherwise.
 */
export function choosePrecision(options: {
  readonly requested: RequestedPrecision;
  /** Rows of the largest batch. */
  readonly maxSlots: number;
  readonly available: readonly Precision[];
}): Precision | undefined {
  const { requested, maxSlots, available } = options;
  const wanted = requested === 'auto' ? (maxSlots <= largestBatchForInt4 ? 'int4' : 'int8') : requested;
  return nearest[wanted].find((precision) => available.includes(precision));
}

const nearest: Readonly<Record<Precision, readonly Precision[]>> = {
  fp32: ['fp32', 'int8', 'int4'],
  int8: ['int8', 'int4', 'fp32'],
  int4: ['int4', 'int8', 'fp32'],
};
