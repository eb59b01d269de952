import { expect, test } from 'vitest';
import { bucketQuantile } from './histogram.ts';
import { type Snapshot, type TimedSnapshot, toSnapshot } from './snapshot.ts';
import {
  deviceTokensPerSecond,
  modelVersionStatistics,
  requestHistory,
  requestStatistics,
} from './statistics.ts';

const start = Date.UTC(2026, 0, 1);
const second = (seconds: number) => new Date(start + seconds * 1000);

function reading(seconds: number, content: Partial<Snapshot>): TimedSnapshot {
  return { at: second(seconds), content: { ...toSnapshot([]), startedAt: 1, ...content } };
}

const minute = { from: second(0), to: second(60) };

test('requests are the growth of the counter within the span, counted from the last reading before it', () => {
  const statistics = requestStatistics(
    [
      reading(-5, { requests: 100, errors: 10 }),
      reading(5, { requests: 130, errors: 13 }),
      reading(60, { requests: 160, errors: 16 }),
      reading(65, { requests: 999, errors: 999 }),
    ],
    minute,
  );
  expect(statistics).toMatchObject({ count: 60, errorCount: 6, errorRatio: 0.1, perSecond: 1 });
});

test('a restart counts what the new process has seen, even where it overtook the old one', () => {
  const statistics = requestStatistics(
    [
      reading(0, { requests: 100 }),
      reading(10, { requests: 110 }),
      reading(20, { requests: 150, startedAt: 2 }),
    ],
    minute,
  );
  expect(statistics.count).toBe(160);
});

test('a gap in which the service did not answer is bridged', () => {
  const statistics = requestStatistics(
    [
      reading(0, { requests: 10 }),
      reading(10, { requests: 0, startedAt: null }),
      reading(20, { requests: 4, startedAt: 2 }),
    ],
    minute,
  );
  expect(statistics.count).toBe(4);
});

test('quantiles come from the growth of the buckets, in milliseconds', () => {
  const durations = (fast: number, slow: number) => ({ '0.1': fast, '1': fast + slow, '+Inf': fast + slow });
  const statistics = requestStatistics(
    [reading(0, { durations: durations(1000, 0) }), reading(10, { durations: durations(1090, 10) })],
    minute,
  );
  expect(statistics.p50Ms).toBeCloseTo(55.6, 0);
  expect(statistics.p95Ms).toBeCloseTo(550, 0);
});

test('nothing seen is nothing, not a division by zero', () => {
  expect(requestStatistics([], minute)).toMatchObject({ count: 0, errorRatio: 0, p50Ms: null });
  expect(bucketQuantile({}, 0.5)).toBeUndefined();
});

test('a quantile beyond the last finite bound is that bound', () => {
  expect(bucketQuantile({ '1': 1, '+Inf': 100 }, 0.99)).toBe(1);
});

test('history cuts the span into equal parts whose counts add up', () => {
  const snapshots = [0, 15, 30, 45, 60].map((at) => reading(at, { requests: at * 2 }));
  const history = requestHistory(snapshots, minute, 4);
  expect(history.map(({ count }) => count)).toEqual([30, 30, 30, 30]);
  expect(history[3]?.to).toEqual(second(60));
});

test('a model version that appears between two readings counts from nothing', () => {
  const version = { generations: 4, failed: 1, unknown: 2, timeToFirstToken: { '0.05': 4, '+Inf': 4 } };
  const statistics = modelVersionStatistics(
    [reading(0, {}), reading(10, { modelVersions: { 'm@1': version } })],
    minute,
    'm@1',
  );
  expect(statistics).toMatchObject({ generationCount: 4, errorRatio: 0.25, unknownRatio: 0.5 });
});

test('tokens a second are measured over the time between the readings, not over the span asked', () => {
  const device = (tokens: number) => ({ 'cpu-0': { isUp: true, busyRatio: 0.5, tokens, queue: 0 } });
  const snapshots = [reading(40, { devices: device(100) }), reading(50, { devices: device(300) })];
  expect(deviceTokensPerSecond(snapshots, minute, 'cpu-0')).toBe(20);
  expect(deviceTokensPerSecond([], minute, 'cpu-0')).toBeNull();
});
