/**
 * Prometheus metrics of one service: a registry of its own (tests start several services in one process), the process's
 * defaults, and makers that are safe to call twice for one name.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export interface MetricOptions<Label extends string> {
  /** `fathom_<area>_<what>_<unit>`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

export interface HistogramOptions<Label extends string> extends MetricOptions<Label> {
  /** Upper bounds, in the unit of the name. */
  readonly buckets?: readonly number[];
}

export interface Metrics {
  readonly registry: Registry;
  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label>;
  gauge<Label extends string = never>(
    options: MetricOptions<Label> & { readonly collect?: (gauge: Gauge<Label>) => void | Promise<void> },
  ): Gauge<Label>;
  histogram<Label extends string = never>(options: HistogramOptions<Label>): Histogram<Label>;
}

/** From 1 ms to 60 s: queries end in milliseconds, streams and jobs in seconds. */
export const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

export function createMetrics({
  service,
  processMetrics = true,
}: {
  readonly service: string;
  readonly processMetrics?: boolean;
}): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  // CPU, memory, garbage collection and event-loop delay. Off in tests that make many registries.
  if (processMetrics) collectDefaultMetrics({ register: registry });
  const existing = <Metric>(name: string) => registry.getSingleMetric(name) as Metric | undefined;
  return {
    registry,
    counter: <Label extends string>({ name, help, labels = [] }: MetricOptions<Label>) =>
      existing<Counter<Label>>(name) ??
      new Counter({ name, help, labelNames: labels, registers: [registry] }),
    gauge: ({ name, help, labels = [], collect }) =>
      existing(name) ??
      new Gauge({
        name,
        help,
        labelNames: labels,
        registers: [registry],
        ...(collect
          ? {
              async collect() {
                await collect(this);
              },
            }
          : {}),
      }),
    histogram: <Label extends string>({
      name,
      help,
      labels = [],
      buckets = durationBuckets,
    }: HistogramOptions<Label>) =>
      existing<Histogram<Label>>(name) ??
      new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers: [registry] }),
  };
}
