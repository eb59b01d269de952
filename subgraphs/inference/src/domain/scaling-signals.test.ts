import { expect, test } from 'vitest';
import type { ReplicaReport } from '../balancer/replica.ts';
import { scalingSignals } from './scaling-signals.ts';

const report = (activeSequences: number, queuedRequests: number): ReplicaReport => ({
  replicaId: 'all',
  atMs: 0,
  status: 'READY',
  activeSequences,
  maxSequences: 32,
  queuedRequests,
  maxQueued: 128,
  pendingPrefillTokens: 0,
  freeKvTokens: 0,
  prefillTokensPerSecond: 1_000,
  meanRequestMs: 4_000,
  resident: new Set(),
});
const signals = (active: number, queued: number) =>
  scalingSignals({ report: report(active, queued), processes: 2, kvCacheUsages: [0.2, 0.6], ttftP95Ms: 250 });

test('an idle service wants one replica and has no queue', () => {
  expect(signals(0, 0)).toEqual({
    queueSeconds: 0,
    loadRatio: 0,
    kvPressure: 0.4,
    desiredReplicas: 1,
    ttftP95Seconds: 0.25,
  });
});

test('full slots and a queue of as many want as many processes as keep a fifth of their slots free', () => {
  const { queueSeconds, loadRatio, desiredReplicas } = signals(32, 32);
  // 33 places down a queue of 32 slots that turn over every 4 s.
  expect(queueSeconds).toBeCloseTo((33 / 32) * 4);
  expect(loadRatio).toBe(2);
  // 64 requests, 16 slots a process, 12.8 of them to be used.
  expect(desiredReplicas).toBe(5);
});
