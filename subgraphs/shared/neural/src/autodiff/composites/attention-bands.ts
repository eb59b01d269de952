/** Where attention cuts the time axis: which queries see which keys, and how pieces are cut out and joined again. */
import type { GraphBuilder } from '../../onnx/graph-builder.ts';
import type { Value } from '../../onnx/types.ts';

export interface BandOptions {
  readonly causal?: boolean;
  /** Of causal attention: no query looks further back than so many tokens, itself included. */
  readonly reach?: number | undefined;
  readonly bandLength?: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * Shorter bands multiply matrices too small for what packing them costs. With four of 64 a step of 256 tokens a row took 4%
 * less on a thread with a core of its own, and 8% less beside another that reads the same memory.
 */
const shortestBand = 64;

/** Keys begin at multiples of a cache line. */
const keyMultiple = 16;

/** Queries and the keys that one of them may see. */
export interface Band {
  readonly queried: Range;
  readonly seen: Range;
}

export function bandsOf(time: number, options: BandOptions): readonly Band[] {
  const { causal = false, reach = time, bandLength = shortestBand } = options;
  const everything = { from: 0, to: time };
  if (!causal) return [{ queried: everything, seen: everything }];
  const count = Math.max(1, Math.floor(time / bandLength));
  const length = Math.ceil(time / count);
  return Array.from({ length: count }, (_, at) => {
    const queried = { from: at * length, to: Math.min(time, (at + 1) * length) };
    const first = Math.max(0, queried.from - reach + 1);
    return { queried, seen: { from: first - (first % keyMultiple), to: queried.to } };
  });
}

export function slice(builder: GraphBuilder, x: Value, axis: number, { from, to }: Range): Value {
  if (from === 0 && to === x.dims[axis]) return x;
  return builder.op('Slice', [x, ...[from, to, axis].map((bound) => builder.integers([bound]))]);
}

export const joined = (builder: GraphBuilder, parts: readonly Value[], axis: number): Value =>
  parts.length === 1 ? parts[0]! : builder.concat(parts, axis);
