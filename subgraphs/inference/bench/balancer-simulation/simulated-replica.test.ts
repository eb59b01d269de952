import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { SimulatedReplica, type SimulatedReplicaOptions } from './simulated-replica.ts';
import type { TracedRequest } from './trace.ts';

const speed = { stepMs: 10, perSequenceMs: 1, perPrefillTokenMs: 0.1 };

function newReplica(overrides: Partial<SimulatedReplicaOptions> = {}) {
  const events = new EventQueue();
  const replica = new SimulatedReplica({
    id: 'a',
    events,
    speed,
    maxSequences: 2,
    maxQueued: 1,
    cachedTokens: 128,
    prefillTokensPerStep: 100,
    ...overrides,
  });
  const told: string[] = [];
  const submit = (name: string, request: Partial<TracedRequest> = {}): boolean =>
    replica.submit(
      { atMs: 0, promptTokens: 100, completionTokens: 2, prefix: [], ...request },
      {
        firstToken: () => told.push(`${name} first ${events.nowMs}`),
        ended: () => told.push(`${name} ended ${events.nowMs}`),
      },
    );
  return { events, replica, told, submit };
}

test('a prompt is computed in chunks, and each step takes what its work takes', () => {
  const { events, told, submit } = newReplica();
  submit('a', { promptTokens: 150 });
  events.runAll();
  // 10 + 0.1 · 100, then 10 + 0.1 · 50, then 10 + 1.
  expect(told).toEqual(['a first 35', 'a ended 46']);
});

test('who came first is first: for the slots, and for the tokens of prompts in a step', () => {
  const { events, told, submit, replica } = newReplica();
  expect([submit('a'), submit('b'), submit('c')]).toEqual([true, true, true]);
  expect(replica.report()).toMatchObject({ activeSequences: 1, queuedRequests: 2 });
  expect(submit('d')).toBe(false);
  events.runAll();
  expect(told.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'a first',
    'b first',
    'a ended',
    // In the step that decodes the last token of b, c has its slot from a already.
    'c first',
    'b ended',
    'c ended',
  ]);
});

test('what a request left in the cache is not computed again, until others have driven it out', () => {
  const { events, told, submit } = newReplica();
  const again = (name: string, prefix: readonly string[]): number => {
    const before = events.nowMs;
    submit(name, { promptTokens: 65, prefix, completionTokens: 1 });
    events.runAll();
    return Math.round(10 * (Number(told.at(-2)?.split(' ')[2]) - before)) / 10;
  };
  expect(again('new', ['x/0', 'x/1'])).toBe(16.5);
  expect(again('known', ['x/0', 'x/1'])).toBe(10.1);
  again('other', ['y/0', 'y/1']);
  again('third', ['z/0', 'z/1']);
  expect(again('forgotten', ['x/0', 'x/1'])).toBe(16.5);
});
