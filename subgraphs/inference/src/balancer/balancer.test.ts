import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Balancer } from './balancer.ts';
import type { PlacementRequest, ReplicaReport } from './replica.ts';

/** A balancer on a clock and a die that the test holds. */
function newBalancer({
  random = () => 0,
  staleMs = 2_000,
}: {
  random?: () => number;
  staleMs?: number;
} = {}) {
  const clock = { ms: 1_000 };
  const balancer = new Balancer({ now: () => clock.ms, random, staleMs });
  return { balancer, clock };
}

const idle = (replicaId: string, overrides: Partial<ReplicaReport> = {}): ReplicaReport => ({
  replicaId,
  atMs: 1_000,
  status: 'READY',
  activeSequences: 0,
  maxSequences: 4,
  queuedRequests: 0,
  maxQueued: 8,
  pendingPrefillTokens: 0,
  freeKvTokens: 100_000,
  prefillTokensPerSecond: 1_000,
  meanRequestMs: 2_000,
  resident: new Set(['model@1']),
  ...overrides,
});

const request = (overrides: Partial<PlacementRequest> = {}): PlacementRequest => ({
  model: 'model@1',
  promptTokens: 100,
  maxTokens: 100,
  prefix: [],
  blockTokens: 16,
  ...overrides,
});

describe('the expected time to the first token decides', () => {
  test('on an idle replica it is the prompt at the learned speed', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('a'));
    expect(balancer.place(request())).toEqual({
      replicaId: 'a',
      placedAtMs: 1_000,
      cachedTokens: 0,
      expectedTtftMs: 100,
      way: 'EXPECTED_TTFT',
    });
  });

  test.each<[string, Partial<ReplicaReport>]>([
    ['a free slot beats a full batch', { activeSequences: 4 }],
    ['a short queue beats a long one', { activeSequences: 4, queuedRequests: 3 }],
    ['less prompt to compute beats more', { pendingPrefillTokens: 500 }],
    ['a fast device beats a slow one', { prefillTokensPerSecond: 300 }],
    ['free memory beats memory in use', { activeSequences: 1, freeKvTokens: 10 }],
    ['a loaded model beats one that has to be read', { resident: new Set() }],
  ])('%s', (_, worse) => {
    const { balancer } = newBalancer();
    balancer.report(idle('worse', worse));
    balancer.report(idle('better'));
    expect(balancer.place(request())?.replicaId).toBe('better');
  });

  test('an adapter that is loaded saves its loading', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('without'));
    balancer.report(idle('with', { resident: new Set(['model@1', 'style@1']) }));
    expect(balancer.place(request({ adapter: 'style@1' }))?.replicaId).toBe('with');
  });

  test('what it placed itself counts until a report knows it', () => {
    const { balancer, clock } = newBalancer();
    balancer.report(idle('a', { maxSequences: 1, maxQueued: 1 }));
    expect(balancer.place(request())?.expectedTtftMs).toBe(100);
    // One ahead in the only slot, and its prompt ahead of the own.
    expect(balancer.place(request())?.expectedTtftMs).toBe(2_200);
    expect(balancer.place(request())).toBeUndefined();
    clock.ms = 1_100;
    balancer.report(idle('a', { atMs: 1_050, maxSequences: 1, maxQueued: 1 }));
    expect(balancer.place(request())?.expectedTtftMs).toBe(100);
  });

  test('a report that was overtaken by a later one is not believed', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('a', { atMs: 1_000 }));
    balancer.report(idle('a', { atMs: 900, activeSequences: 4 }));
    expect(balancer.place(request())?.expectedTtftMs).toBe(100);
  });

  test('a replica that is always twice as slow as it says is learned to be', () => {
    const { balancer, clock } = newBalancer();
    balancer.report(idle('liar', { prefillTokensPerSecond: 1_200 }));
    balancer.report(idle('honest'));
    const seen = new Set<string>();
    for (let round = 0; round < 50; round += 1) {
      clock.ms += 100;
      balancer.report(idle('liar', { atMs: clock.ms, prefillTokensPerSecond: 1_200 }));
      balancer.report(idle('honest', { atMs: clock.ms }));
      clock.ms += 1;
      const placement = balancer.place(request());
      if (!placement) throw new Error('nothing is full');
      balancer.firstToken(placement, placement.replicaId === 'liar' ? 167 : 100);
      if (round >= 20) seen.add(placement.replicaId);
    }
    expect([...seen]).toEqual(['honest']);
  });
});

describe('caches', () => {
  const shared = request({ promptTokens: 64, prefix: ['1', '2', '3', '4'] });

  test('a prompt goes where its beginning was computed, which then costs nothing', () => {
    const { balancer } = newBalancer({ random: () => 0.99 });
    for (const id of ['a', 'b', 'c']) balancer.report(idle(id));
    const first = balancer.place(shared);
    const second = balancer.place({ ...shared, promptTokens: 80, prefix: [...shared.prefix, '5'] });
    expect(second).toMatchObject({ replicaId: first?.replicaId, cachedTokens: 64 });
  });

  test('but not when others are idle and it would have to wait longer than to compute it', () => {
    const { balancer, clock } = newBalancer();
    for (const id of ['a', 'b']) balancer.report(idle(id));
    const first = balancer.place(shared);
    clock.ms = 1_100;
    balancer.report(idle(first?.replicaId ?? '', { atMs: 1_100, activeSequences: 4, queuedRequests: 2 }));
    expect(balancer.place(shared)?.replicaId).not.toBe(first?.replicaId);
  });

  test('the last token of a prompt is never cached: it gives the first new one', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('a'));
    balancer.place(shared);
    expect(balancer.place(shared)?.cachedTokens).toBe(63);
  });

  test('are gone with their replica', () => {
    const { balancer, clock } = newBalancer();
    balancer.report(idle('a'));
    balancer.place(shared);
    clock.ms = 1_100;
    balancer.report(idle('a', { atMs: 1_100, status: 'RECOVERING' }));
    expect(balancer.place(shared)).toBeUndefined();
    clock.ms = 1_200;
    balancer.report(idle('a', { atMs: 1_200 }));
    expect(balancer.place(shared)?.cachedTokens).toBe(0);
  });

  test('a conversation stays where it is for a little, and moves for much', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('home'));
    const turn = request({ session: 's' });
    expect(balancer.place(turn)?.replicaId).toBe('home');
    balancer.report(idle('home', { atMs: 1_001, pendingPrefillTokens: 25 }));
    balancer.report(idle('other'));
    expect(balancer.place(turn)?.replicaId).toBe('home');
    balancer.report(idle('home', { atMs: 1_002, pendingPrefillTokens: 500 }));
    expect(balancer.place(turn)?.replicaId).toBe('other');
    expect(balancer.place(turn)?.replicaId).toBe('other');
  });

  test('a conversation does not wait at home for a slot that another replica has', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('home', { maxSequences: 1, meanRequestMs: 0 }));
    const turn = request({ session: 's' });
    expect(balancer.place(turn)?.replicaId).toBe('home');
    balancer.report(idle('other', { meanRequestMs: 0 }));
    expect(balancer.place(turn)?.replicaId).toBe('other');
  });
});

describe('no herding', () => {
  test('balancers that see the same idle replicas spread over all of them', () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const counts = new Map<string, number>();
    for (let at = 0; at < 200; at += 1) {
      const { balancer } = newBalancer({ random });
      for (let replica = 0; replica < 10; replica += 1) balancer.report(idle(`r${replica}`));
      const { replicaId = '' } = balancer.place(request()) ?? {};
      counts.set(replicaId, (counts.get(replicaId) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect(Math.max(...counts.values())).toBeLessThan(40);
  });
});

describe('what is known is old', () => {
  test('of two at random the less loaded one gets it', () => {
    const draws = [0, 0.99];
    const { balancer, clock } = newBalancer({ random: () => draws.shift() ?? 0 });
    balancer.report(idle('busy', { queuedRequests: 5 }));
    balancer.report(idle('free'));
    clock.ms = 10_000;
    expect(balancer.place(request())).toMatchObject({ replicaId: 'free', way: 'POWER_OF_TWO' });
  });

  test('the two are different ones, whatever is drawn', () => {
    for (const draws of [
      [0, 0],
      [0, 0.99],
      [0.99, 0],
      [0.99, 0.99],
    ]) {
      let at = 0;
      const { balancer, clock } = newBalancer({ random: () => draws[at++ % 2]! });
      balancer.report(idle('loaded', { activeSequences: 3 }));
      balancer.report(idle('idle'));
      clock.ms = 10_000;
      expect(balancer.place(request())).toMatchObject({ way: 'POWER_OF_TWO', replicaId: 'idle' });
    }
  });

  test('each pair is as likely as any other', () => {
    const pairs = new Map<string, number>();
    for (let first = 0; first < 4; first += 1)
      for (let second = 0; second < 3; second += 1) {
        const draws = [(first + 0.5) / 4, (second + 0.5) / 3];
        let at = 0;
        const { balancer, clock } = newBalancer({ random: () => draws[at++ % 2]! });
        // Of each pair the less loaded one is seen: of four by their load, three times the first, twice the second, once the third.
        for (const [load, id] of ['a', 'b', 'c', 'd'].entries())
          balancer.report(idle(id, { activeSequences: load }));
        clock.ms = 10_000;
        const { replicaId = '' } = balancer.place(request()) ?? {};
        pairs.set(replicaId, (pairs.get(replicaId) ?? 0) + 1);
      }
    expect(Object.fromEntries(pairs)).toEqual({ a: 6, b: 4, c: 2 });
  });

  test('a single replica is taken without a second', () => {
    const { balancer, clock } = newBalancer({ random: () => 0.99 });
    balancer.report(idle('only'));
    clock.ms = 10_000;
    expect(balancer.place(request())).toMatchObject({ way: 'POWER_OF_TWO', replicaId: 'only' });
  });

  test('a replica that fell silent gets nothing while most others report', () => {
    const { balancer, clock } = newBalancer();
    for (const id of ['silent', 'a', 'b']) balancer.report(idle(id));
    clock.ms = 5_000;
    for (const id of ['a', 'b']) balancer.report(idle(id, { atMs: 5_000, pendingPrefillTokens: 5_000 }));
    for (let round = 0; round < 10; round += 1) {
      expect(balancer.place(request())).toMatchObject({
        way: 'EXPECTED_TTFT',
        replicaId: expect.stringMatching(/^[ab]$/),
      });
    }
  });
});

describe('who gets nothing', () => {
  test('draining and recovering replicas, those that are gone, and those that failed the request', () => {
    const { balancer } = newBalancer();
    balancer.report(idle('draining', { status: 'DRAINING' }));
    balancer.report(idle('recovering', { status: 'RECOVERING' }));
    balancer.report(idle('gone'));
    balancer.leave('gone');
    balancer.report(idle('failed'));
    expect(balancer.place(request(), new Set(['failed']))).toBeUndefined();
    balancer.report(idle('ready'));
    expect(balancer.place(request(), new Set(['failed']))?.replicaId).toBe('ready');
  });
});

test('whatever is reported and asked for: a placement has room, is READY, and expects no negative time', () => {
  const report = fc.record({
    replicaId: fc.constantFrom('a', 'b', 'c', 'd'),
    ageMs: fc.integer({ min: 0, max: 5_000 }),
    status: fc.constantFrom<ReplicaReport['status']>('READY', 'DRAINING', 'RECOVERING'),
    activeSequences: fc.integer({ min: 0, max: 4 }),
    queuedRequests: fc.integer({ min: 0, max: 9 }),
    freeKvTokens: fc.integer({ min: 0, max: 1_000 }),
    pendingPrefillTokens: fc.integer({ min: 0, max: 5_000 }),
    prefillTokensPerSecond: fc.integer({ min: 0, max: 5_000 }),
  });
  const step = fc.oneof(
    report.map((value) => ({ kind: 'report' as const, value })),
    fc.record({
      kind: fc.constant('place' as const),
      session: fc.option(fc.constantFrom('s', 't'), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 4_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 1_000 }), (steps, seed) => {
      let state = seed;
      const { balancer, clock } = newBalancer({
        random: () => {
          state = (state * 16_807) % 2_147_483_647;
          return state / 2_147_483_647;
        },
      });
      const latest = new Map<string, ReplicaReport>();
      const placed = new Map<string, { atMs: number }[]>();
      for (const action of steps) {
        if (action.kind === 'wait') clock.ms += action.ms;
        else if (action.kind === 'report') {
          const { ageMs, ...rest } = action.value;
          const reported = idle(rest.replicaId, { ...rest, atMs: clock.ms - ageMs });
          balancer.report(reported);
          if (reported.atMs >= (latest.get(reported.replicaId)?.atMs ?? Number.NEGATIVE_INFINITY))
            latest.set(reported.replicaId, reported);
        } else {
          const { session } = action;
          const placement = balancer.place(request({ session, prefix: ['x', 'y'] }));
          if (!placement) continue;
          const { status, activeSequences, queuedRequests, maxSequences, maxQueued, atMs } = latest.get(
            placement.replicaId,
          )!;
          const since = (placed.get(placement.replicaId) ?? []).filter((one) => one.atMs > atMs).length;
          expect(status).toBe('READY');
          expect(activeSequences + queuedRequests + since).toBeLessThan(maxSequences + maxQueued);
          expect(placement.expectedTtftMs).toBeGreaterThanOrEqual(0);
          placed.set(placement.replicaId, [...(placed.get(placement.replicaId) ?? []), { atMs: clock.ms }]);
        }
      }
    }),
  );
});
