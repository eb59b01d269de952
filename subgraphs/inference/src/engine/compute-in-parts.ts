/**
 * A run for which there is no memory, in halves: what a run takes beside weights and cache grows with its rows.
 *
 *   [a b c d] out of memory -> [a b] computed, [c d] out of memory -> [c] computed, [d] given up
 *
 * A run that failed has changed nothing that its repetition would not write again: positions of the cache are written where they
 * would have been, and nothing was drawn. Whoever does not fit alone is given up by itself, and the others do not notice.
 */
import { NeuralError } from '@fathom/neural/errors';

export interface ParallelWork<Item, Computed> {
  readonly items: readonly Item[];
  readonly compute: (items: readonly Item[]) => Promise<Computed>;
  /** What was computed for some of them, before the next run writes over it. */
  readonly use: (computed: Computed) => Promise<void>;
  readonly giveUp: (item: Item, shortage: MemoryShortage) => void;
}

export interface MemoryShortage {
  /** What the runtime asked for in one piece, where it says so. */
  readonly bytes: number | undefined;
}

/** Throws what `compute` throws of anything but memory. */
export async function computeInParts<Item, Computed>(work: ParallelWork<Item, Computed>): Promise<void> {
  const { items, compute, use, giveUp } = work;
  let computed: Computed;
  try {
    computed = await compute(items);
  } catch (error) {
    const shortage = shortageOf(error);
    const [first, ...others] = items;
    if (!shortage || first === undefined) throw error;
    if (others.length === 0) return giveUp(first, shortage);
    const half = Math.ceil(items.length / 2);
    await computeInParts({ ...work, items: items.slice(0, half) });
    await computeInParts({ ...work, items: items.slice(half) });
    return;
  }
  await use(computed);
}

/** As ONNX Runtime's arenas say it, on whatever device, and as the C++ below them does. */
const outOfMemory =
  /failed to allocate memory(?: for requested buffer of size (\d+))?|bad_alloc|bad allocation/i;

export function shortageOf(error: unknown): MemoryShortage | undefined {
  if (!(error instanceof NeuralError) || error.code !== 'RUNTIME_FAILED') return undefined;
  const found = outOfMemory.exec(error.message);
  return found ? { bytes: found[1] === undefined ? undefined : Number(found[1]) } : undefined;
}
