import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Priority } from './fair-queue.ts';
import { Scheduler, type SchedulerOptions, type SequenceToSchedule, type StepPlan } from './scheduler.ts';

let unlike = 1_000;
const pool = { slots: 16, positions: 10_000 };

/** Tokens that no other sequence begins with, unless they are given. */
function sequence(
  id: string,
  tokens: number | number[] = 4,
  rest: Partial<SequenceToSchedule> = {},
): SequenceToSchedule & { tokens: number[] } {
  const prompt = typeof tokens === 'number' ? Array.from({ length: tokens }, () => unlike++) : tokens;
  const reserve = rest.reserve ?? prompt.length + 8;
  return { id, lane: 'a', tenant: 't', priority: 'NORMAL', ...rest, tokens: prompt, reserve };
}

function schedulerWith(options: Partial<SchedulerOptions> = {}, lanes = { a: pool, b: pool }): Scheduler {
  const scheduler = new Scheduler({ maxSequences: 4, prefillTokensPerStep: 16, ...options });
  for (const [lane, of] of Object.entries(lanes)) scheduler.addLane(lane, of);
  return scheduler;
}

function decoded(plan: StepPlan): string[] {
  return plan.decode.flatMap((group) => group.sequences.map(({ id }) => id));
}

const chunks = (plan: StepPlan) =>
  plan.prefill.map(({ id, start, count, isLast }) => [id, start, count, isLast]);

test('a sequence that arrives while others decode joins in the next step', () => {
  const scheduler = schedulerWith();
  scheduler.enqueue(sequence('first'));
  expect(chunks(scheduler.schedule(0))).toEqual([['first', 0, 4, true]]);
  scheduler.enqueue(sequence('second'));
  const step = scheduler.schedule(0);
  expect(decoded(step)).toEqual(['first']);
  expect(step.prefill.map(({ id }) => id)).toEqual(['second']);
  expect(decoded(scheduler.schedule(0))).toEqual(['first', 'second']);
});

test('a long prompt is written in chunks between which the others decode', () => {
  const scheduler = schedulerWith({ prefillTokensPerStep: 8 });
  scheduler.enqueue(sequence('short'));
  scheduler.schedule(0);
  scheduler.enqueue(sequence('long', 20));
  const steps = [1, 2, 3, 4].map((now) => scheduler.schedule(now));
  expect(steps.map(chunks)).toEqual([
    [['long', 0, 8, false]],
    [['long', 8, 8, false]],
    [['long', 16, 4, true]],
    [],
  ]);
  expect(steps.map(decoded)).toEqual([['short'], ['short'], ['short'], ['short', 'long']]);
});

test('a short prompt does not wait until a long one is written', () => {
  const scheduler = schedulerWith({ prefillTokensPerStep: 8 });
  scheduler.enqueue(sequence('long', 100));
  scheduler.schedule(0);
  scheduler.enqueue(sequence('short', 4));
  scheduler.enqueue(sequence('middle', 6));
  expect(chunks(scheduler.schedule(0))).toEqual([
    ['long', 8, 4, false],
    ['short', 0, 4, true],
  ]);
  expect(chunks(scheduler.schedule(0))).toEqual([
    ['long', 12, 4, false],
    ['middle', 0, 4, false],
  ]);
});

test('removing a sequence frees its slot for the very next step', () => {
  const scheduler = schedulerWith({ maxSequences: 1 });
  scheduler.enqueue(sequence('running'));
  scheduler.enqueue(sequence('waiting'));
  scheduler.schedule(0);
  expect(scheduler.waiting).toBe(1);
  scheduler.remove('running');
  expect(scheduler.schedule(0)).toMatchObject({ admitted: ['waiting'], prefill: [{ id: 'waiting' }] });
});

test('sequences of different models decode in groups of their own', () => {
  const scheduler = schedulerWith();
  for (const [id, lane] of [
    ['1', 'a'],
    ['2', 'b'],
    ['3', 'a'],
  ] as const)
    scheduler.enqueue(sequence(id, 2, { lane }));
  scheduler.schedule(0);
  const groups = scheduler.schedule(0).decode;
  expect(groups.map(({ lane, sequences }) => [lane, ...sequences.map(({ id }) => id)])).toEqual([
    ['a', '1', '3'],
    ['b', '2'],
  ]);
});

test('a group is the same object until one joins or leaves', () => {
  const scheduler = schedulerWith();
  scheduler.enqueue(sequence('1'));
  scheduler.enqueue(sequence('2'));
  scheduler.schedule(0);
  const [both] = scheduler.schedule(0).decode;
  scheduler.enqueue(sequence('3'));
  expect(scheduler.schedule(0).decode[0]).toBe(both);
  const [three] = scheduler.schedule(0).decode;
  expect(three?.sequences).toEqual([
    { id: '1', slot: 0 },
    { id: '2', slot: 1 },
    { id: '3', slot: 2 },
  ]);
  scheduler.remove('2');
  expect(decoded(scheduler.schedule(0))).toEqual(['1', '3']);
});

test('a request that can never fit is refused with what there is; one that must wait waits', () => {
  const scheduler = schedulerWith({}, { a: { slots: 4, positions: 30 }, b: pool });
  expect(scheduler.enqueue(sequence('never', 4, { reserve: 31 }))).toEqual({
    kind: 'too-long',
    positions: 30,
  });
  scheduler.enqueue(sequence('first', 4, { reserve: 20 }));
  scheduler.enqueue(sequence('second', 4, { reserve: 20 }));
  scheduler.enqueue(sequence('small', 4, { reserve: 10 }));
  scheduler.enqueue(sequence('elsewhere', 4, { reserve: 20, lane: 'b' }));
  expect(scheduler.schedule(0).admitted).toEqual(['first', 'elsewhere']);
  expect(scheduler.positions().reserved).toBe(40);
  scheduler.remove('first');
  expect(scheduler.schedule(0).admitted).toEqual(['second', 'small']);
});

test('a deadline ends what waits and what runs, and nothing else', () => {
  const scheduler = schedulerWith({ maxSequences: 1 });
  scheduler.enqueue(sequence('running', 4, { deadlineAt: 10 }));
  scheduler.enqueue(sequence('waiting', 4, { deadlineAt: 5 }));
  scheduler.enqueue(sequence('patient'));
  expect(scheduler.schedule(4).expired).toEqual([]);
  expect(scheduler.schedule(5).expired).toEqual(['waiting']);
  expect(scheduler.schedule(10)).toMatchObject({ expired: ['running'], admitted: ['patient'] });
});

describe('prompts that begin alike', () => {
  const system = Array.from({ length: 20 }, (_, index) => index);

  test('the next turn of a chat takes its slot over and computes only what is new', () => {
    const scheduler = schedulerWith({ prefillTokensPerStep: 64 });
    const turn = sequence('turn', [...system, 50, 51]);
    scheduler.enqueue(turn);
    const [first] = scheduler.schedule(0).prefill;
    turn.tokens.push(60);
    scheduler.schedule(0);
    turn.tokens.push(61);
    scheduler.remove('turn');
    scheduler.enqueue(sequence('next', [...system, 50, 51, 60, 61, 70]));
    expect(scheduler.schedule(0).prefill).toEqual([
      { id: 'next', lane: 'a', slot: first?.slot, copy: undefined, start: 23, count: 2, isLast: true },
    ]);
  });

  test('one that begins as another that runs gets a copy of what that has written', () => {
    const scheduler = schedulerWith({ prefillTokensPerStep: 64 });
    scheduler.enqueue(sequence('first', [...system, 50]));
    const [first] = scheduler.schedule(0).prefill;
    scheduler.enqueue(sequence('second', [...system, 60, 61]));
    expect(scheduler.schedule(0).prefill).toMatchObject([
      { id: 'second', copy: { from: first?.slot, length: 20 }, start: 20, count: 2, isLast: true },
    ]);
  });

  test('of several that come at once the first is computed, and the others wait for it', () => {
    const scheduler = schedulerWith({ prefillTokensPerStep: 16 });
    for (const id of ['1', '2', '3']) scheduler.enqueue(sequence(id, [...system, 50]));
    expect(chunks(scheduler.schedule(0))).toEqual([['1', 0, 16, false]]);
    expect(chunks(scheduler.schedule(0))).toEqual([
      ['1', 16, 5, true],
      ['2', 20, 1, true],
      ['3', 20, 1, true],
    ]);
  });

  test('those of another tenant, adapter or model share nothing', () => {
    const scheduler = schedulerWith({ prefillTokensPerStep: 64 });
    scheduler.enqueue(sequence('first', [...system]));
    scheduler.schedule(0);
    scheduler.remove('first');
    scheduler.enqueue(sequence('tenant', [...system], { tenant: 'other' }));
    scheduler.enqueue(sequence('adapter', [...system], { adapter: 'lora@1' }));
    scheduler.enqueue(sequence('lane', [...system], { lane: 'b' }));
    expect(scheduler.schedule(0).prefill.map(({ id, start }) => [id, start])).toEqual([
      ['tenant', 0],
      ['adapter', 0],
      ['lane', 0],
    ]);
  });

  test('nothing is shared of what is spoilt, of an adapter that left, or of a model that was loaded again', () => {
    const scheduler = schedulerWith({ prefillTokensPerStep: 64 });
    const run = (id: string, adapter?: string): number | undefined => {
      scheduler.enqueue(sequence(id, [...system], { adapter }));
      return scheduler.schedule(0).prefill[0]?.start;
    };
    run('1');
    scheduler.remove('1', 'spoilt');
    expect(run('2')).toBe(0);
    scheduler.remove('2');
    expect(run('3')).toBe(19);
    scheduler.remove('3');
    run('4', 'lora@1');
    scheduler.remove('4');
    scheduler.forgetAdapter('a', 'lora@1');
    expect(run('5', 'lora@1')).toBe(0);
    scheduler.remove('5');
    scheduler.removeLane('a');
    scheduler.addLane('a', pool);
    expect(run('6')).toBe(0);
  });

  test('a slot is emptied when nobody can need what it holds, and by the step that gives it to one who begins unlike', () => {
    const scheduler = schedulerWith({ maxSequences: 2 }, { a: { slots: 2, positions: 100 }, b: pool });
    const emptied = (): readonly number[] => scheduler.schedule(0).emptied.flatMap(({ slots }) => slots);
    scheduler.enqueue(sequence('kept'));
    scheduler.enqueue(sequence('spoilt'));
    emptied();
    scheduler.remove('kept');
    scheduler.remove('spoilt', 'spoilt');
    expect(emptied()).toEqual([1]);
    expect(emptied()).toEqual([]);
    scheduler.enqueue(sequence('in the free one'));
    scheduler.enqueue(sequence('in the one that was kept'));
    expect(new Set(emptied())).toEqual(new Set([0, 1]));
  });

  test('what is kept never keeps a request waiting: the longest unused leaves', () => {
    const scheduler = schedulerWith(
      { prefillTokensPerStep: 64 },
      { a: { slots: 2, positions: 60 }, b: pool },
    );
    const run = (id: string, tokens: number[]): number | undefined => {
      scheduler.enqueue(sequence(id, tokens, { reserve: tokens.length + 2 }));
      const start = scheduler.schedule(0).prefill[0]?.start;
      scheduler.remove(id);
      return start;
    };
    const prompt = (first: number) => Array.from({ length: 20 }, (_, index) => first + index);
    run('1', prompt(100));
    run('2', prompt(200));
    expect(run('3', [...prompt(100), 1])).toBe(20);
    expect(run('4', prompt(300))).toBe(0);
    expect(run('5', [...prompt(100), 1, 2])).toBe(21);
    expect(run('6', prompt(200))).toBe(0);
    expect(scheduler.positions().kept).toBeLessThanOrEqual(60);
  });
});

describe('whatever arrives and leaves', () => {
  const action = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('enqueue' as const),
        // Few different tokens, so that prompts begin alike.
        tokens: fc.oneof(
          fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 40 }),
          fc.integer({ min: 1, max: 60 }).map((length) => Array.from({ length }, () => 7)),
        ),
        lane: fc.constantFrom('a', 'b'),
        tenant: fc.constantFrom('s', 't'),
        adapter: fc.constantFrom(undefined, 'lora@1'),
        priority: fc.constantFrom<Priority>('HIGH', 'NORMAL', 'LOW'),
        more: fc.integer({ min: 1, max: 20 }),
        patience: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('step' as const) }) },
  );

  interface Simulated extends SequenceToSchedule {
    readonly tokens: number[];
    written: number;
    readonly prompt: number;
  }

  /** A cache that remembers for each position which token was written there, and on whose behalf. */
  class Cache {
    readonly #cells = new Map<string, string>();

    write({ lane, tenant, adapter, tokens }: Simulated, slot: number, position: number): void {
      this.#cells.set(`${lane}/${slot}/${position}`, `${tenant}/${adapter}/${tokens.slice(0, position + 1)}`);
    }

    copy(lane: string, { from, length }: { from: number; length: number }, to: number): void {
      for (let position = 0; position < length; position++)
        this.#cells.set(
          `${lane}/${to}/${position}`,
          this.#cells.get(`${lane}/${from}/${position}`) ?? 'nothing',
        );
    }

    expectHolds({ lane, tenant, adapter, tokens }: Simulated, slot: number, length: number): void {
      for (let position = 0; position < length; position++)
        expect(this.#cells.get(`${lane}/${slot}/${position}`)).toBe(
          `${tenant}/${adapter}/${tokens.slice(0, position + 1)}`,
        );
    }
  }

  test('each position holds what its sequence needs there, budgets hold, nobody starves, every step makes progress', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 120 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 80, max: 300 }),
        fc.boolean(),
        (actions, maxSequences, prefillTokensPerStep, positions, isSharing) => {
          const lane = { slots: maxSequences + 2, positions, isSharing };
          const scheduler = schedulerWith({ maxSequences, prefillTokensPerStep }, { a: lane, b: lane });
          const present = new Map<string, Simulated>();
          const cache = new Cache();
          let now = 0;
          for (const [index, next] of actions.entries()) {
            if (next.kind === 'enqueue') {
              const { tokens, more, patience, kind: _, ...rest } = next;
              const deadlineAt = patience === undefined ? undefined : now + patience;
              const added = {
                ...rest,
                id: `s${index}`,
                tokens: [...tokens],
                reserve: tokens.length + more,
                deadlineAt,
              };
              present.set(added.id, { ...added, written: 0, prompt: tokens.length });
              const simulated = present.get(added.id);
              if (simulated) expect(scheduler.enqueue(simulated)).toEqual({ kind: 'waiting' });
            } else if (next.kind === 'remove') {
              const id = [...present.keys()][next.pick % Math.max(1, present.size)];
              if (id === undefined) continue;
              present.delete(id);
              expect(scheduler.remove(id)).toBe(true);
            } else {
              const plan = scheduler.schedule(++now);
              for (const id of plan.expired) {
                expect(present.get(id)?.deadlineAt).toBeLessThanOrEqual(now);
                present.delete(id);
              }
              const ready = [...present.values()].filter(({ written, prompt }) => written >= prompt);
              expect(decoded(plan).sort()).toEqual(ready.map(({ id }) => id).sort());
              for (const { id, slot } of plan.decode.flatMap(({ sequences }) => sequences)) {
                const running = present.get(id);
                if (!running) throw new Error(`${id} is gone but was planned`);
                cache.expectHolds(running, slot, running.tokens.length - 1);
                cache.write(running, slot, running.tokens.length - 1);
                running.written++;
              }
              let budget = prefillTokensPerStep;
              const written: Simulated[] = [];
              for (const { id, slot, copy, start, count, isLast } of plan.prefill) {
                const running = present.get(id);
                if (!running) throw new Error(`${id} is gone but was planned`);
                if (copy) cache.copy(running.lane, copy, slot);
                cache.expectHolds(running, slot, start);
                for (let position = start; position < start + count; position++)
                  cache.write(running, slot, position);
                expect(count).toBeGreaterThan(0);
                running.written = start + count;
                budget -= count;
                expect(isLast).toBe(running.written === running.prompt);
                if (isLast) written.push(running);
              }
              expect(budget).toBeGreaterThanOrEqual(0);
              if (present.size > 0) expect(plan.decode.length + plan.prefill.length).toBeGreaterThan(0);
              for (const running of [...ready, ...written]) {
                if (running.tokens.length < running.reserve) running.tokens.push(running.tokens.length % 3);
                else if (scheduler.remove(running.id)) present.delete(running.id);
              }
            }
            expect(scheduler.running).toBeLessThanOrEqual(maxSequences);
            const { reserved, kept, total } = scheduler.positions();
            expect(reserved + kept).toBeLessThanOrEqual(total);
            if (!isSharing) expect(kept).toBe(0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
