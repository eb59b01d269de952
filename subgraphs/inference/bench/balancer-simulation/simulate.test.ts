import { expect, test } from 'vitest';
import { balancerPolicy, leastQueuePolicy, roundRobinPolicy } from './policies.ts';
import { type Policy, simulate, type World } from './simulate.ts';
import { syntheticTrace } from './trace.ts';

const fast = { stepMs: 10, perSequenceMs: 0.5, perPrefillTokenMs: 0.1 };
const slow = { stepMs: 40, perSequenceMs: 2, perPrefillTokenMs: 0.4 };

function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function run(createPolicy: (world: World) => Policy, requestsPerSecond = 20) {
  return simulate({
    trace: syntheticTrace({ requestsPerSecond, seconds: 20, random: dice(3) }),
    speeds: Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? fast : slow)),
    routers: 2,
    createPolicy,
    random: dice(5),
    reportEveryMs: 200,
    reportDelayMs: 20,
    maxSequences: 8,
    maxQueued: 16,
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test.each([
  ['the balancer', balancerPolicy],
  ['round-robin', roundRobinPolicy],
  ['least-queue', leastQueuePolicy],
])(
  'under %s every request is refused or has its first token and its end, the same each time',
  (_, policy) => {
    const trace = syntheticTrace({ requestsPerSecond: 20, seconds: 20, random: dice(3) });
    const result = run(policy);
    expect(result.completed + result.refused).toBe(trace.length);
    expect(result.ttftMs).toHaveLength(result.completed);
    expect(result.ttftMs.every((ms) => ms > 0)).toBe(true);
    expect(run(policy)).toEqual(result);
  },
);

test('of fast and slow replicas the balancer has the first token sooner than round-robin', () => {
  expect(mean(run(balancerPolicy).ttftMs)).toBeLessThan(mean(run(roundRobinPolicy).ttftMs));
});

test('what no replica has room for is refused and counted', () => {
  const { refused, completed } = run(roundRobinPolicy, 1_000);
  expect(refused).toBeGreaterThan(0);
  expect(completed).toBeGreaterThan(0);
});
