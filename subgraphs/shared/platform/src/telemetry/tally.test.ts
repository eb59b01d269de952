import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from './metrics.ts';
import { createObservations, createTally } from './tally.ts';

const create = (): Metrics => createMetrics({ service: 'test', processMetrics: false });
const histogramOf = (metrics: Metrics) =>
  metrics.histogram({ name: 'test_seconds', help: 'Seconds.', labels: ['b', 'a'], buckets: [0.005, 0.1, 1] });
const text = (metrics: Metrics) => metrics.registry.metrics();

describe('what is tallied', () => {
  it('reads as if each observation had been told to the histogram, in each of its series', async () => {
    const values = [0, 0.005, 0.0051, 0.1, 0.3, 1, 1.5, 60, 0.02];
    const [direct, tallied] = [create(), create()];
    for (const labels of [
      { a: 'x', b: 'y' },
      { a: 'y', b: 'x' },
    ]) {
      const observations = createObservations(histogramOf(tallied), labels);
      for (const value of values) {
        histogramOf(direct).observe(labels, value);
        observations.observe(value);
      }
    }
    expect(await text(tallied)).toBe(await text(direct));
    expect(await text(tallied)).toContain('test_seconds_count{service="test",a="x",b="y"} 9');
  });

  it('adds to what was told directly, and is told once however often it is read', async () => {
    const metrics = create();
    const histogram = histogramOf(metrics);
    histogram.observe({ a: '1', b: '2' }, 0.05);
    const observations = createObservations(histogram, { a: '1', b: '2' });
    observations.observe(0.05);
    const once = await text(metrics);
    expect(once).toContain('test_seconds_bucket{le="0.1",service="test",a="1",b="2"} 2');
    expect(await text(metrics)).toBe(once);
    observations.observe(0.05);
    expect(await text(metrics)).toContain('test_seconds_count{service="test",a="1",b="2"} 3');
  });

  it('counts up for a counter, up and down for a gauge, and lets a metric still collect by itself', async () => {
    const metrics = create();
    const counter = metrics.counter({ name: 'test_total', help: 'Times.', labels: ['code'] });
    const gauge = metrics.gauge({
      name: 'test_active',
      help: 'Now.',
      labels: ['kind'],
      collect: (own) => own.set({ kind: 'own' }, 7),
    });
    const [ok, failed] = [createTally(counter, { code: 'OK' }), createTally(counter, { code: 'NO' })];
    const active = createTally(gauge, { kind: 'query' });
    for (let index = 0; index < 3; index += 1) {
      ok.add(1);
      active.add(1);
    }
    failed.add(1);
    active.add(-2);
    const shown = await text(metrics);
    expect(shown).toContain('test_total{code="OK",service="test"} 3');
    expect(shown).toContain('test_total{code="NO",service="test"} 1');
    expect(shown).toContain('test_active{kind="query",service="test"} 1');
    expect(shown).toContain('test_active{kind="own",service="test"} 7');
    expect((await counter.get()).values.map(({ value }) => value)).toEqual([3, 1]);
  });
});
