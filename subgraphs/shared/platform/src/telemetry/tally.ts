/**
 * Counting for those who count with every request: numbers of their own, handed to the metric when somebody reads it.
 *
 * prom-client looks labels up by a text that it makes of them and buckets by the text of their bounds, 1 to 3 us each time; a
 * request that is counted nine times pays for it nine times. Here it is an addition. Nothing is lost by it: every way to read a
 * metric asks its `collect` first, and what was counted is handed over there.
 */
import type { Counter, Gauge, Histogram } from 'prom-client';

export interface Tally {
  add(by: number): void;
}

export interface Observations {
  observe(value: number): void;
}

type Labels<Label extends string> = Readonly<Record<Label, string>>;

interface Pending {
  handOver(): void;
}

/** What prom-client asks before a metric is read; its types name it in the configuration only. */
interface Collected {
  collect?: (() => unknown) | undefined;
}

const pendings = new WeakMap<object, Pending[]>();

function handOverOnRead(metric: object, pending: Pending): void {
  const known = pendings.get(metric);
  if (known) {
    known.push(pending);
    return;
  }
  const all = [pending];
  pendings.set(metric, all);
  const collected = metric as Collected;
  const { collect } = collected;
  collected.collect = () => {
    for (const one of all) one.handOver();
    return collect?.call(metric);
  };
}

/** Of one series, made once. */
export function createTally<Label extends string>(
  metric: Counter<Label> | Gauge<Label>,
  labels: Labels<Label>,
): Tally {
  let waiting = 0;
  handOverOnRead(metric, {
    handOver() {
      if (waiting !== 0) metric.inc(labels, waiting);
      waiting = 0;
    },
  });
  return {
    add(by) {
      waiting += by;
    },
  };
}

/** Of one series, made once. */
export function createObservations<Label extends string>(
  histogram: Histogram<Label>,
  labels: Labels<Label>,
): Observations {
  const series = seriesOf(histogram, labels);
  const { upperBounds } = histogram as unknown as { readonly upperBounds: readonly number[] };
  const counts = new Float64Array(upperBounds.length);
  let count = 0;
  let sum = 0;
  handOverOnRead(histogram, {
    handOver() {
      if (count === 0) return;
      const into = series();
      for (const [index, bound] of upperBounds.entries())
        into.bucketValues[bound] = (into.bucketValues[bound] ?? 0) + (counts[index] ?? 0);
      into.sum += sum;
      into.count += count;
      counts.fill(0);
      count = 0;
      sum = 0;
    },
  });
  return {
    observe(value) {
      if (!Number.isFinite(value)) return;
      count += 1;
      sum += value;
      for (let index = 0; index < upperBounds.length; index += 1)
        if (value <= (upperBounds[index] ?? 0)) {
          counts[index] = (counts[index] ?? 0) + 1;
          return;
        }
    },
  };
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** By upper bound; each value counts in the lowest that holds it. */
  readonly bucketValues: Record<number, number>;
  sum: number;
  count: number;
}

/** prom-client has no way to add many observations at once, so they are added to where it keeps them. */
function seriesOf<Label extends string>(histogram: Histogram<Label>, labels: Labels<Label>): () => Series {
  const held = histogram as unknown as { readonly hashMap: Readonly<Record<string, Series>> };
  const names = Object.keys(labels) as Label[];
  const find = (): Series | undefined =>
    Object.values(held.hashMap).find((one) => names.every((name) => one.labels[name] === labels[name]));
  return () => {
    const known = find();
    if (known) return known;
    histogram.zero(labels);
    const made = find();
    if (!made) throw new Error('prom-client keeps its histograms in another way than it did');
    return made;
  };
}
