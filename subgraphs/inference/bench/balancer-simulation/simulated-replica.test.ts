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
    kvTokens: 1_000,
    prefillTokensPerStep: 100,
    ...overrides,
  });
  const told: string[] = [];
  const submit = (name: string, request: Partial<TracedRequest> = {}, decoded = 0) => {
    let isFirst = true;
    const completionTokens = request.completionTokens ?? 2;
    return replica.submit({
      request: {
        atMs: 0,
        promptTokens: 100,
        completionTokens,
        maxTokens: completionTokens,
        prefix: [],
        ...request,
      },
      decoded,
      listener: {
        token() {
          if (isFirst) told.push(`${name} first ${events.nowMs}`);
          isFirst = false;
        },
        ended: () => told.push(`${name} ended ${events.nowMs}`),
        lost: () => told.push(`${name} lost ${events.nowMs}`),
      },
    });
  };
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
  expect([submit('a'), submit('b'), submit('c')]).toEqual(['TAKEN', 'TAKEN', 'TAKEN']);
  expect(replica.report()).toMatchObject({ activeSequences: 1, queuedRequests: 2 });
  expect(submit('d')).toBe('FULL');
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
  const { events, told, submit } = newReplica({ kvTokens: 160 });
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

test('who does not fit into the cache waits, and holds up those behind it; what could never fit is refused', () => {
  const { events, told, submit, replica } = newReplica({ kvTokens: 300, maxQueued: 5, maxSequences: 8 });
  expect(submit('a', { maxTokens: 50 })).toBe('TAKEN');
  expect(submit('b', { maxTokens: 80 })).toBe('TAKEN');
  expect(submit('c', { promptTokens: 40, maxTokens: 10 })).toBe('TAKEN');
  expect(submit('never', { maxTokens: 201 })).toBe('TOO_LONG');
  expect(replica.kv.reserved).toBe(150);
  expect(replica.report()).toMatchObject({ activeSequences: 1, queuedRequests: 2, freeKvTokens: 150 });
  events.runAll();
  expect(told.filter((line) => line.includes('first')).map((line) => line.split(' ')[0])).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(replica.kv.reserved).toBe(0);
});

test('what is kept of prompts gives way to who needs the room, the longest unused first', () => {
  const { events, submit, replica } = newReplica({ kvTokens: 200 });
  for (const name of ['x', 'y', 'z']) {
    submit(name, { promptTokens: 64, prefix: [`${name}/0`, `${name}/1`] });
    events.runAll();
  }
  expect(replica.kv.kept).toBe(192);
  submit('large', { promptTokens: 100, maxTokens: 20 });
  expect(replica.kv).toMatchObject({ reserved: 120, kept: 64 });
  expect(replica.kv.keptTokens(['z/0', 'z/1'])).toBe(64);
});

test('a death loses what runs and what waits, with the step that was under way; after it the cache is empty', () => {
  const { events, told, submit, replica } = newReplica({ maxSequences: 1 });
  submit('runs', { prefix: ['x/0', 'x/1'] });
  submit('waits');
  events.at(25, () => {
    replica.die();
    expect(submit('late')).toBe('DEAD');
    expect(replica.kv).toMatchObject({ reserved: 0, kept: 0 });
    replica.revive();
    submit('next', { prefix: ['x/0', 'x/1'], completionTokens: 1 });
  });
  events.runAll();
  expect(told).toEqual(['runs first 20', 'runs lost 25', 'waits lost 25', 'next first 45', 'next ended 45']);
});

test('a request behind tokens that it has computes them as a prompt and decodes what is left', () => {
  const { events, told, submit } = newReplica({ prefillTokensPerStep: 1_000 });
  submit('a', { promptTokens: 93, completionTokens: 10 }, 7);
  events.runAll();
  // 10 + 0.1 · 100, and two steps of 10 + 1.
  expect(told).toEqual(['a first 20', 'a ended 42']);
});
