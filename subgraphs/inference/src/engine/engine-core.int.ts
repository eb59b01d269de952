/* Step by step: what one step runs, and what a cancellation between two of them leaves to the next. */
import { loadModelFolder } from '@fathom/neural/models/model-folder';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CoreSteps, type Step, useCoreSteps } from '../testing/core-steps.ts';
import { engineRequest } from '../testing/engine-run.ts';
import { writeTinyAdapter, writeTinyModel } from '../testing/tiny-model.ts';
import type { EngineRequest } from './protocol.ts';

let folder: string;
const adapterFolders = new Map<string, string>();
const openSteps = useCoreSteps();

beforeAll(async () => {
  folder = await writeTinyModel({ isEndless: true });
  const { tokenizer } = await loadModelFolder(folder);
  const { vocabularySize } = tokenizer;
  for (const seed of [2, 3])
    adapterFolders.set(`tiny@${seed}`, await writeTinyAdapter({ vocabularySize, seed: 10 * seed }));
});

async function open(wish: Parameters<typeof openSteps>[0] = {}): Promise<CoreSteps> {
  const steps = openSteps(wish);
  const lane = await steps.load('tiny@1', folder);
  for (const [id, adapter] of adapterFolders) await lane.loadAdapter(id, adapter);
  return steps;
}

/** Never ends its text by itself. */
const request = (id: string, overrides: Partial<EngineRequest> = {}): EngineRequest =>
  engineRequest(id, { sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 }, ...overrides });

/** What it says when nothing else runs. */
async function alone(asked: EngineRequest): Promise<readonly number[]> {
  const steps = await open();
  steps.submit(asked);
  await steps.finish();
  return steps.tokens(asked.id);
}

const decodes = ({ runs }: Step) => runs.filter(({ kind }) => kind === 'decode');

test('requests with different adapters and with none are rows of one run, and each has the tokens that it has alone', async () => {
  const asked = [
    request('base'),
    request('second', { adapter: 'tiny@2' }),
    request('third', { adapter: 'tiny@3' }),
    request('also second', { adapter: 'tiny@2', promptTokens: [1, 70, 80, 2] }),
  ];
  const steps = await open();
  for (const one of asked) steps.submit(one);
  const taken = await steps.finish();

  const adapters = asked.map(({ adapter }) => adapter);
  // All prompts in one run, and then each step one run of all four rows.
  expect(taken[0]?.runs).toMatchObject([{ kind: 'prefill' }]);
  expect(new Set(taken[0]?.runs[0]?.slots)).toEqual(new Set([0, 1, 2, 3]));
  expect(taken.slice(1).map(decodes)).toEqual(
    taken.slice(1).map(() => [{ kind: 'decode', lane: 'tiny@1', slots: [0, 1, 2, 3], adapters }]),
  );
  const said = asked.map(({ id }) => steps.tokens(id));
  expect(said).toEqual(await Promise.all(asked.map(alone)));
  expect(new Set(said.slice(0, 3).map(String)).size).toBe(3);
});

test('an adapter that comes and one that leaves under running streams change none of their tokens', async () => {
  const steps = openSteps();
  const lane = await steps.load('tiny@1', folder);
  const load = (id: string) => lane.loadAdapter(id, adapterFolders.get(id) ?? '');
  const [base, old, fresh] = [
    request('base', { maxTokens: 60 }),
    request('old', { adapter: 'tiny@2', maxTokens: 40 }),
    request('new', { adapter: 'tiny@3', maxTokens: 40 }),
  ];
  steps.submit(base);
  await steps.step();
  await load('tiny@2');
  steps.submit(old);
  await steps.step();
  await steps.step();
  await load('tiny@3');
  steps.submit(fresh);
  while (!steps.end('old')) await steps.step();
  steps.core.removeAdapter('tiny@1', 'tiny@2');
  expect(lane.session.hasAdapter('tiny@2')).toBe(false);
  const after = await steps.step();
  expect(decodes(after)).toMatchObject([{ adapters: [undefined, 'tiny@3'] }]);
  await steps.finish();
  for (const asked of [base, old, fresh]) expect(steps.tokens(asked.id)).toEqual(await alone(asked));
});

describe('a cancellation between two steps', () => {
  const cancelled = (id: string) => ({ id, kind: 'finished', reason: 'CANCELLED' });
  const reserve = ({ promptTokens, maxTokens }: EngineRequest): number => promptTokens.length + maxTokens;
  const next = request('next', { promptTokens: [1, 90, 91, 2], maxTokens: 20 });

  /** Everything of the next step is of `next`, which has the slot, and of the cache nothing but its own is reserved. */
  function expectHandedOver(steps: CoreSteps, step: Step, freeBefore: number): void {
    expect(step.admitted).toEqual(['next']);
    expect(step.runs).toEqual([{ kind: 'prefill', lane: 'tiny@1', slots: [0] }]);
    expect(step.tokens.map(({ id }) => id)).toEqual(['next']);
    expect(steps.core.load()).toMatchObject({
      active: 1,
      waiting: 0,
      freeKvTokens: freeBefore - reserve(next),
    });
  }

  test("of a stream that decodes: its slot is another request's in the very next step", async () => {
    const steps = await open({ maxSequences: 1 });
    const { freeKvTokens } = steps.core.load();
    const running = request('running', { maxTokens: 50 });
    steps.submit(running);
    steps.submit(next);
    for (let step = 0; step < 5; step++) await steps.step();
    expect(steps.core.load()).toMatchObject({
      active: 1,
      waiting: 1,
      freeKvTokens: freeKvTokens - reserve(running),
    });
    steps.core.cancel('running');
    const after = await steps.step();
    expect(after.ended).toMatchObject([cancelled('running')]);
    expectHandedOver(steps, after, freeKvTokens);
    expect(steps.tokens('running')).toHaveLength(5);
  });

  test('that comes while a step runs takes effect in the next, whose runs have nothing of it', async () => {
    const steps = await open({ maxSequences: 1 });
    const { freeKvTokens } = steps.core.load();
    steps.submit(request('running', { maxTokens: 50 }));
    steps.submit(next);
    await steps.step();
    const underWay = steps.step();
    steps.core.cancel('running');
    expect((await underWay).tokens).toMatchObject([{ id: 'running', index: 1 }]);
    expectHandedOver(steps, await steps.step(), freeKvTokens);
    expect(steps.end('running')).toMatchObject(cancelled('running'));
  });

  test('of a prompt that is half computed: no more of it is, and its slot is free', async () => {
    const steps = await open({ maxSequences: 1 });
    const { freeKvTokens } = steps.core.load();
    const promptTokens = Array.from({ length: 100 }, (_, at) => 20 + (at % 200));
    steps.submit(request('long', { promptTokens }));
    steps.submit(next);
    const first = await steps.step();
    expect([first.admitted, first.tokens]).toEqual([['long'], []]);
    steps.core.cancel('long');
    const after = await steps.step();
    expect(after.ended).toMatchObject([cancelled('long')]);
    expectHandedOver(steps, after, freeKvTokens);
    expect(steps.tokens('long')).toEqual([]);
  });

  test('of a request that waits: it never gets a slot, and who comes behind it is next', async () => {
    const steps = await open({ maxSequences: 1 });
    const { freeKvTokens } = steps.core.load();
    const running = request('running', { maxTokens: 3 });
    for (const asked of [running, request('waiting'), next]) steps.submit(asked);
    await steps.step();
    steps.core.cancel('waiting');
    const after = await steps.step();
    expect(after.ended).toMatchObject([cancelled('waiting')]);
    expect(after.tokens.map(({ id }) => id)).toEqual(['running']);
    expect(steps.core.load()).toMatchObject({
      active: 1,
      waiting: 1,
      freeKvTokens: freeKvTokens - reserve(running),
    });
    const all = [after, ...(await steps.finish())];
    expect(all.flatMap(({ admitted }) => admitted)).toEqual(['next']);
  });

  test('of several completions of one prompt: all their slots are free at once, also of those that wait for its computing', async () => {
    const promptTokens = Array.from({ length: 90 }, (_, at) => 20 + (at % 200));
    const completions = ['one', 'one#1', 'one#2'].map((id) => request(id, { promptTokens }));
    const others = ['a', 'b', 'c'].map((id) => request(id, { promptTokens: [1, 90, 91, 2], maxTokens: 20 }));
    // The second time they all decode.
    for (const stepsBefore of [1, 8]) {
      const steps = await open({ maxSequences: 3, prefixSlots: 2 });
      const { freeKvTokens } = steps.core.load();
      for (const asked of [...completions, ...others]) steps.submit(asked);
      for (let step = 0; step < stepsBefore; step++) await steps.step();
      expect(completions.map(({ id }) => steps.tokens(id).length > 0)).toEqual(
        completions.map(() => stepsBefore > 1),
      );
      expect(steps.core.load()).toMatchObject({ active: 3, waiting: 3 });
      for (const { id } of completions) steps.core.cancel(id);
      const after = await steps.step();
      expect(after.ended).toMatchObject(completions.map(({ id }) => cancelled(id)));
      expect(after.admitted).toEqual(['a', 'b', 'c']);
      expect(steps.core.load()).toMatchObject({
        active: 3,
        waiting: 0,
        freeKvTokens: freeKvTokens - others.reduce((sum, asked) => sum + reserve(asked), 0),
      });
      await steps.finish();
      expect(steps.core.load()).toMatchObject({ active: 0, waiting: 0, freeKvTokens });
    }
  });

  test('whenever they come: nothing of what is cancelled runs again, what is reserved is exact, and all others have their tokens', {
    timeout: 120_000,
  }, async () => {
    const asked = Array.from({ length: 8 }, (_, at) =>
      request(`r${at}`, {
        promptTokens: [
          ...Array.from({ length: at % 2 === 0 ? 3 : 50 }, (_, token) => 20 + token),
          30 + at,
          2,
        ],
        maxTokens: 6 + at,
        adapter: [undefined, 'tiny@2', 'tiny@3'][at % 3],
      }),
    );
    const texts = new Map(await Promise.all(asked.map(async (one) => [one.id, await alone(one)] as const)));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(7), step: fc.nat(25) }), { minLength: 1, maxLength: 6 }),
        async (cancellations) => {
          const steps = await open({ maxSequences: 3, prefixSlots: 2 });
          const { freeKvTokens } = steps.core.load();
          for (const one of asked) steps.submit(one);
          const gone = new Set<string>();
          const running = new Set<string>();
          for (let now = 0; steps.core.hasWork; now++) {
            for (const { at, step } of cancellations) {
              if (step !== now || steps.end(`r${at}`)) continue;
              steps.core.cancel(`r${at}`);
              gone.add(`r${at}`);
            }
            const { admitted, tokens, ended, costs } = await steps.step();
            for (const id of [
              ...admitted,
              ...costs.flatMap(({ ids }) => ids),
              ...tokens.map((token) => token.id),
            ])
              expect(gone).not.toContain(id);
            for (const id of admitted) running.add(id);
            for (const { id } of ended) running.delete(id);
            const reserved = asked
              .filter(({ id }) => running.has(id))
              .reduce((sum, one) => sum + reserve(one), 0);
            expect(steps.core.load().freeKvTokens).toBe(freeKvTokens - reserved);
          }
          for (const { id } of asked) {
            const text = texts.get(id) ?? [];
            const tokens = steps.tokens(id);
            expect(tokens).toEqual(gone.has(id) ? text.slice(0, tokens.length) : text);
            expect(steps.end(id)).toMatchObject({ reason: gone.has(id) ? 'CANCELLED' : 'LENGTH' });
          }
        },
      ),
      { numRuns: 15, seed: 1 },
    );
  });
});
