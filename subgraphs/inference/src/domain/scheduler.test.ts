import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Scheduler, type StepPlan } from './scheduler.ts';

function sequence(id: string, prefillTokens = 4, lane = 'a') {
  return { id, lane, prefillTokens };
}

function decoded(plan: StepPlan): string[] {
  return plan.decode.flatMap((group) => group.sequences.map(({ id }) => id));
}

test('a sequence that arrives while others decode joins in the next step', () => {
  const scheduler = new Scheduler({ maxSequences: 4, prefillTokensPerStep: 16 });
  scheduler.enqueue(sequence('first'));
  expect(scheduler.schedule().prefill).toEqual([
    { id: 'first', lane: 'a', slot: 0, start: 0, count: 4, isLast: true },
  ]);
  scheduler.enqueue(sequence('second'));
  const step = scheduler.schedule();
  expect(decoded(step)).toEqual(['first']);
  expect(step.prefill.map(({ id }) => id)).toEqual(['second']);
  expect(decoded(scheduler.schedule())).toEqual(['first', 'second']);
});

test('a long prompt is written in chunks between which the others decode', () => {
  const scheduler = new Scheduler({ maxSequences: 4, prefillTokensPerStep: 8 });
  scheduler.enqueue(sequence('short'));
  scheduler.schedule();
  scheduler.enqueue(sequence('long', 20));
  const steps = [scheduler.schedule(), scheduler.schedule(), scheduler.schedule(), scheduler.schedule()];
  expect(steps.map((step) => step.prefill.map(({ start, count, isLast }) => [start, count, isLast]))).toEqual(
    [[[0, 8, false]], [[8, 8, false]], [[16, 4, true]], []],
  );
  expect(steps.map(decoded)).toEqual([['short'], ['short'], ['short'], ['short', 'long']]);
});

test('removing a sequence frees its slot for the very next step', () => {
  const scheduler = new Scheduler({ maxSequences: 1, prefillTokensPerStep: 8 });
  scheduler.enqueue(sequence('running'));
  scheduler.enqueue(sequence('waiting'));
  scheduler.schedule();
  expect(scheduler.waiting).toBe(1);
  scheduler.remove('running');
  expect(scheduler.schedule()).toMatchObject({
    admitted: ['waiting'],
    prefill: [{ id: 'waiting', slot: 0 }],
  });
});

test('sequences of different models decode in groups of their own', () => {
  const scheduler = new Scheduler({ maxSequences: 4, prefillTokensPerStep: 16 });
  for (const [id, lane] of [
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'a'],
  ] as const)
    scheduler.enqueue(sequence(id, 2, lane));
  scheduler.schedule();
  expect(scheduler.schedule().decode).toEqual([
    {
      lane: 'a',
      sequences: [
        { id: '1', slot: 0 },
        { id: '3', slot: 1 },
      ],
    },
    { lane: 'b', sequences: [{ id: '2', slot: 0 }] },
  ]);
});

describe('whatever arrives and leaves', () => {
  const action = fc.oneof(
    fc.record({
      kind: fc.constant('enqueue' as const),
      tokens: fc.integer({ min: 1, max: 40 }),
      lane: fc.constantFrom('a', 'b'),
    }),
    fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
    fc.record({ kind: fc.constant('step' as const) }),
  );

  test('slots are never shared, the order is kept, nobody starves and every step makes progress', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 120 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 16 }),
        (actions, maxSequences, prefillTokensPerStep) => {
          const scheduler = new Scheduler({ maxSequences, prefillTokensPerStep });
          const arrived: string[] = [];
          const present = new Map<string, { tokens: number; written: number; slot?: number; lane: string }>();
          let lastAdmitted = -1;
          for (const [index, next] of actions.entries()) {
            if (next.kind === 'enqueue') {
              const id = `s${index}`;
              arrived.push(id);
              present.set(id, { tokens: next.tokens, written: 0, lane: next.lane });
              scheduler.enqueue({ id, lane: next.lane, prefillTokens: next.tokens });
            } else if (next.kind === 'remove') {
              const id = [...present.keys()][next.pick % Math.max(1, present.size)];
              if (id === undefined) continue;
              present.delete(id);
              expect(scheduler.remove(id)).toBe(true);
            } else {
              const plan = scheduler.schedule();
              const ready = [...present].filter(([, s]) => s.written === s.tokens).map(([id]) => id);
              expect(decoded(plan).sort()).toEqual(ready.sort());
              for (const id of plan.admitted) {
                expect(arrived.indexOf(id)).toBeGreaterThan(lastAdmitted);
                lastAdmitted = arrived.indexOf(id);
              }
              let budget = prefillTokensPerStep;
              for (const chunk of plan.prefill) {
                const state = present.get(chunk.id);
                if (!state) throw new Error(`${chunk.id} is gone but was planned`);
                expect(chunk.start).toBe(state.written);
                state.written += chunk.count;
                state.slot = chunk.slot;
                budget -= chunk.count;
                expect(chunk.isLast).toBe(state.written === state.tokens);
              }
              expect(budget).toBeGreaterThanOrEqual(0);
              if (present.size > 0) expect(plan.decode.length + plan.prefill.length).toBeGreaterThan(0);
            }
            const held = [...present.values()].filter((s) => s.slot !== undefined);
            expect(scheduler.running).toBeLessThanOrEqual(maxSequences);
            expect(new Set(held.map((s) => `${s.lane}/${s.slot}`)).size).toBe(held.length);
          }
        },
      ),
    );
  });
});
