import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { expect, test } from 'vitest';
import { parsePrometheusText } from './prometheus-text.ts';

test('what prom-client writes is read back, labels escaped and all', async () => {
  const metrics = createMetrics({ service: 'demo', processMetrics: false });
  const odd = 'a "quoted" \\ back\nslash, {brace}';
  metrics.counter({ name: 'demo_total', help: 'x', labels: ['what'] }).inc({ what: odd }, 3);
  metrics.histogram({ name: 'demo_seconds', help: 'x', buckets: [0.1, 1] }).observe(0.5);
  const samples = parsePrometheusText(await metrics.registry.metrics());
  expect(samples).toContainEqual({ name: 'demo_total', labels: { what: odd, service: 'demo' }, value: 3 });
  expect(samples).toContainEqual({
    name: 'demo_seconds_bucket',
    labels: { le: '0.1', service: 'demo' },
    value: 0,
  });
  expect(samples).toContainEqual({
    name: 'demo_seconds_bucket',
    labels: { le: '+Inf', service: 'demo' },
    value: 1,
  });
});

test('special values, time stamps and exponents are understood; lines that are no samples are skipped', () => {
  const text = '# HELP a b\na +Inf\nb{x="1"} 1.5e3 1700000000\nnot a sample at all\nc NaN\nd\n';
  expect(parsePrometheusText(text)).toEqual([
    { name: 'a', labels: {}, value: Number.POSITIVE_INFINITY },
    { name: 'b', labels: { x: '1' }, value: 1500 },
    { name: 'c', labels: {}, value: Number.NaN },
  ]);
});
