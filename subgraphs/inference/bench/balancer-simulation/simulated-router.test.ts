import { expect, test } from 'vitest';
import { EventQueue } from './event-queue.ts';
import { SimulatedReplica } from './simulated-replica.ts';
import { type Outcome, SimulatedRouter } from './simulated-router.ts';

const request = { atMs: 0, promptTokens: 100, maxTokens: 50, completionTokens: 20, prefix: [] };

/** A router that sends everything to the first of its replicas that it does not know to be away. */
function setUp(ids: readonly string[]) {
  const events = new EventQueue();
  const replicas = new Map(
    ids.map((id) => [
      id,
      new SimulatedReplica({
        id,
        events,
        speed: { stepMs: 10, perSequenceMs: 0, perPrefillTokenMs: 0 },
        maxSequences: 4,
        maxQueued: 0,
        kvTokens: 10_000,
        prefillTokensPerStep: 1_000,
      }),
    ]),
  );
  const ready = new Set(ids);
  const asked: { readonly promptTokens: number; readonly maxTokens: number }[] = [];
  const router = new SimulatedRouter({
    events,
    replicas,
    policy: {
      report: ({ replicaId, status }) =>
        void (status === 'READY' ? ready.add(replicaId) : ready.delete(replicaId)),
      leave: (id) => void ready.delete(id),
      place({ promptTokens, maxTokens }) {
        asked.push({ promptTokens, maxTokens });
        const replicaId = ids.find((id) => ready.has(id));
        return replicaId === undefined ? undefined : { replicaId, firstToken: () => {} };
      },
    },
  });
  const outcomes: Outcome[] = [];
  return {
    events,
    replicas,
    router,
    ready,
    asked,
    outcomes,
    end: (outcome: Outcome) => void outcomes.push(outcome),
  };
}

test('a stream whose replica dies goes on elsewhere behind the tokens that it has', () => {
  const { events, replicas, router, asked, outcomes, end } = setUp(['a', 'b']);
  router.accept(request, end);
  // The prompt and four more tokens are there; the sixth is lost with its step.
  events.at(55, () => replicas.get('a')?.die());
  events.runAll();
  expect(asked).toEqual([
    { promptTokens: 100, maxTokens: 50 },
    { promptTokens: 105, maxTokens: 45 },
  ]);
  expect(outcomes).toEqual([{ kind: 'COMPLETED', ttftMs: 10, tokens: 20, moves: 1 }]);
  expect(events.nowMs).toBe(55 + 15 * 10);
});

test('where there is no other it waits until one reports, and is not refused', () => {
  const { events, replicas, router, outcomes, end } = setUp(['a']);
  const [a] = [...replicas.values()];
  router.hear(a!.report());
  router.accept(request, end);
  events.at(55, () => a?.die());
  events.at(500, () => {
    a?.revive();
    router.hear(a!.report());
  });
  events.runAll();
  expect(outcomes).toEqual([{ kind: 'COMPLETED', ttftMs: 10, tokens: 20, moves: 1 }]);
  expect(events.nowMs).toBe(500 + 15 * 10);
});

test('one under which three replicas died ends there', () => {
  const { events, replicas, router, outcomes, end } = setUp(['a', 'b', 'c', 'd']);
  router.accept(request, end);
  for (const [at, id] of ['a', 'b', 'c'].entries()) events.at(25 + at * 20, () => replicas.get(id)?.die());
  events.runAll();
  expect(outcomes).toEqual([{ kind: 'FAILED', ttftMs: 10, tokens: 4, moves: 3 }]);
});

test('what is sent to a replica that is dead or full is sent elsewhere at once, and nothing more until it reports', () => {
  const { events, replicas, router, ready, outcomes, end } = setUp(['dead', 'full', 'free']);
  for (const replica of replicas.values()) router.hear(replica.report());
  const listener = { token: () => {}, ended: () => {}, lost: () => {} };
  for (let at = 0; at < 4; at += 1) replicas.get('full')?.submit({ request, decoded: 0, listener });
  replicas.get('dead')?.die();
  router.accept(request, end);
  expect([...ready]).toEqual(['free']);
  router.hear(replicas.get('full')!.report());
  expect([...ready]).toEqual(['free', 'full']);
  events.runAll();
  expect(outcomes).toEqual([{ kind: 'COMPLETED', ttftMs: 10, tokens: 20, moves: 0 }]);
});

test('one that has not reported for three seconds is forgotten', () => {
  const { events, replicas, router, ready } = setUp(['a']);
  router.hear(replicas.get('a')!.report());
  for (const ms of [2_900, 3_100]) events.at(ms, () => router.check('a'));
  events.at(3_000, () => expect([...ready]).toEqual(['a']));
  events.runAll();
  expect([...ready]).toEqual([]);
});
