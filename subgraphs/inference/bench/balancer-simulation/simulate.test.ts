import { expect, test } from 'vitest';
import { syntheticOutages } from './outages.ts';
import { balancerPolicy, leastQueuePolicy, roundRobinPolicy } from './policies.ts';
import { type SimulationOptions, simulate, type World } from './simulate.ts';
import type { Outcome, Policy } from './simulated-router.ts';
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

const traceOf = (requestsPerSecond: number) =>
  syntheticTrace({ requestsPerSecond, seconds: 20, random: dice(3) });

function run(createPolicy: (world: World) => Policy, overrides: Partial<SimulationOptions> = {}) {
  return simulate({
    trace: traceOf(20),
    speeds: Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? fast : slow)),
    routers: 2,
    createPolicy,
    random: dice(5),
    reportEveryMs: 200,
    reportDelayMs: 20,
    maxSequences: 8,
    maxQueued: 16,
    kvTokens: 100_000,
    ...overrides,
  });
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const ttfts = (outcomes: readonly Outcome[]): readonly number[] =>
  outcomes.flatMap(({ ttftMs }) => ttftMs ?? []);
const count = (outcomes: readonly Outcome[], kind: Outcome['kind']): number =>
  outcomes.filter((outcome) => outcome.kind === kind).length;

/** Eight of ten die, each for five seconds, three of them within a second; small caches; more than they can take in bursts. */
const hard = {
  trace: traceOf(60),
  kvTokens: 4_096,
  outages: [
    ...syntheticOutages({ replicas: 10, share: 0.5, seconds: 20, downMs: 5_000, random: dice(9) }),
    ...[0, 1, 2].map((replica) => ({ replica, fromMs: 30_000 + replica * 300, untilMs: 33_000 })),
  ],
} satisfies Partial<SimulationOptions>;

const policies = [
  ['the balancer', balancerPolicy],
  ['round-robin', roundRobinPolicy],
  ['least-queue', leastQueuePolicy],
] as const;

test.each(policies)(
  'under %s each request ends once, with every token once or refused with none, the same each time, whatever dies',
  (_, policy) => {
    const { outcomes } = run(policy, hard);
    expect(outcomes).toHaveLength(hard.trace.length);
    for (const [at, { completionTokens }] of hard.trace.entries()) {
      const { kind, tokens, ttftMs, moves } = outcomes[at]!;
      if (kind === 'COMPLETED') expect(tokens).toBe(completionTokens);
      if (kind === 'REFUSED') expect({ tokens, moves }).toEqual({ tokens: 0, moves: 0 });
      if (kind === 'FAILED') expect(moves).toBe(3);
      expect(ttftMs === undefined).toBe(tokens === 0);
      if (ttftMs !== undefined) expect(ttftMs).toBeGreaterThan(0);
    }
    expect(count(outcomes, 'COMPLETED')).toBeGreaterThan(hard.trace.length / 2);
    expect(outcomes.some(({ kind, moves }) => kind === 'COMPLETED' && moves > 0)).toBe(true);
    expect(run(policy, hard).outcomes).toEqual(outcomes);
  },
);

test.each(policies)(
  'under %s no cache ever holds more than it has positions, and those of the dead hold nothing',
  (_, policy) => {
    let fullest = 0;
    let isEmptyAtTheEnd = false;
    run(policy, {
      ...hard,
      observe(replicas) {
        for (const { kv, isAlive } of replicas) {
          const used = kv.reserved + kv.kept;
          if (used > kv.positions || kv.reserved < 0) expect.fail(`${used} of ${kv.positions} positions`);
          if (!isAlive && used > 0) expect.fail(`a dead replica holds ${used}`);
          fullest = Math.max(fullest, kv.reserved);
        }
        isEmptyAtTheEnd = replicas.every(({ kv }) => kv.reserved === 0);
      },
    });
    expect(fullest).toBeGreaterThan(0.75 * hard.kvTokens);
    expect(isEmptyAtTheEnd).toBe(true);
  },
);

test('of fast and slow replicas the balancer has the first token sooner than round-robin', () => {
  const [balanced, inTurn] = [run(balancerPolicy), run(roundRobinPolicy)];
  expect(mean(ttfts(balanced.outcomes))).toBeLessThan(mean(ttfts(inTurn.outcomes)));
});

test('of large and small requests over small caches the balancer has the first token sooner than least-queue', () => {
  const few = { ...hard, outages: [], trace: traceOf(25), kvTokens: 4_096 };
  const [balanced, shortest] = [run(balancerPolicy, few), run(leastQueuePolicy, few)];
  expect(mean(ttfts(balanced.outcomes))).toBeLessThan(mean(ttfts(shortest.outcomes)));
});

test('what no replica has room for is refused and counted', () => {
  const { outcomes } = run(roundRobinPolicy, { trace: traceOf(1_000) });
  expect(count(outcomes, 'REFUSED')).toBeGreaterThan(0);
  expect(count(outcomes, 'COMPLETED')).toBeGreaterThan(0);
});

test('what could never fit into a cache is refused, and holds up nobody', () => {
  const small = { atMs: 0, promptTokens: 100, maxTokens: 50, completionTokens: 10, prefix: [] };
  const trace = [small, { ...small, promptTokens: 4_000 }, small];
  const { outcomes } = run(balancerPolicy, { trace, kvTokens: 1_000 });
  expect(outcomes.map(({ kind }) => kind)).toEqual(['COMPLETED', 'REFUSED', 'COMPLETED']);
});
