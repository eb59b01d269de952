import { afterEach, expect, test, vi } from 'vitest';
import type { ReplicaReport } from '../balancer/replica.ts';
import type { EngineRequest } from '../engine/protocol.ts';
import { inFlightOf, type RequestInFlight, tellToken } from '../engine/request-in-flight.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Replica } from './replica.ts';

const model = { versionId: 'model@1', contextLength: 1_024, precision: 'fp32', memoryBytes: 1 };

/** A replica that says of itself what the test says. */
function newReplica(id: string, report: Partial<ReplicaReport> = {}): Replica {
  return {
    id,
    isPeer: false,
    report: () => ({
      replicaId: id,
      atMs: performance.now(),
      status: 'READY',
      activeSequences: 0,
      maxSequences: 4,
      queuedRequests: 0,
      maxQueued: 8,
      pendingPrefillTokens: 0,
      freeKvTokens: 100_000,
      prefillTokensPerSecond: 1_000,
      meanRequestMs: 0,
      resident: new Set([model.versionId]),
      ...report,
    }),
    loaded: (versionId) => (versionId === model.versionId ? model : undefined),
    take: () => undefined,
    cancel: () => undefined,
  };
}

const newDispatcher = (): Dispatcher => new Dispatcher(new Uint8Array(32));

function newRequest(overrides: Partial<EngineRequest> = {}): RequestInFlight {
  const request: EngineRequest = {
    id: 'request',
    lane: model.versionId,
    // Less than a block: only its conversation leads it anywhere.
    promptTokens: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    priorTokens: [],
    maxTokens: 10,
    sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
    stopStrings: [],
    ...overrides,
  };
  return inFlightOf(request, { admitted: () => undefined, token: () => undefined, ended: () => undefined });
}

const token = { id: 'request', index: 0, tokenId: 1, text: 'a', logProbability: 0 };

test('the turns of a conversation go where the first one went, whatever their ids', () => {
  const homes = new Set<string>();
  for (let conversation = 0; conversation < 20; conversation += 1) {
    const dispatcher = newDispatcher();
    for (const id of ['a', 'b', 'c', 'd']) dispatcher.add(newReplica(id));
    const turns = Array.from({ length: 8 }, (_, turn) =>
      dispatcher.choose(newRequest({ id: `turn-${turn}`, conversation: 'one' })),
    );
    expect(new Set(turns).size).toBe(1);
    homes.add(turns[0]?.id ?? 'nowhere');
  }
  expect(homes.size).toBeGreaterThan(1);
});

test('prompts of a tenant that begin alike go where the first one went; the same prompt of another tenant is not led there', () => {
  // A second for each prompt that is not in a cache.
  const promptTokens = Array.from({ length: 1_000 }, (_, at) => at);
  let apart = 0;
  for (let round = 0; round < 20; round += 1) {
    const dispatcher = newDispatcher();
    for (const id of ['a', 'b', 'c', 'd']) dispatcher.add(newReplica(id));
    const choose = (tenant: string, id: string) =>
      dispatcher.choose(newRequest({ id, tenant, promptTokens }))?.id ?? 'nowhere';
    const home = choose('one', 'first');
    expect(choose('one', 'second')).toBe(home);
    if (choose('other', 'third') !== home) apart += 1;
  }
  expect(apart).toBeGreaterThan(0);
});

afterEach(() => {
  vi.useRealTimers();
});

test('the first token after a move is held against the replica that gave it, not the one that was lost', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  // Ten tokens are expected to take five or ten seconds, and take no time: whoever is learned of is expected to be faster then.
  const [lost, other] = [
    newReplica('lost', { prefillTokensPerSecond: 2 }),
    newReplica('other', { prefillTokensPerSecond: 1 }),
  ];
  const dispatcher = newDispatcher();
  for (const replica of [lost, other]) dispatcher.add(replica);
  const inFlight = newRequest();
  expect(dispatcher.choose(inFlight)).toBe(lost);
  expect(dispatcher.choose(inFlight, lost)).toBe(other);
  vi.advanceTimersByTime(1);
  tellToken(inFlight, token);
  // `other` says that it takes twice as long, and is known by now to take a quarter of what it says.
  expect(dispatcher.choose(newRequest({ id: 'next' }))).toBe(other);
});

test('what is told of a replica is its first token alone', () => {
  const dispatcher = newDispatcher();
  dispatcher.add(newReplica('only'));
  const inFlight = newRequest();
  dispatcher.choose(inFlight);
  expect(inFlight.onFirstToken).toBeTypeOf('function');
  tellToken(inFlight, token);
  expect(inFlight.onFirstToken).toBeUndefined();
  expect(inFlight.tokens).toEqual([1]);
});

test('who finds no replica is held against none when its first token comes', () => {
  const dispatcher = newDispatcher();
  const only = newReplica('only');
  dispatcher.add(only);
  const inFlight = newRequest();
  dispatcher.choose(inFlight);
  expect(dispatcher.choose(inFlight, only)).toBeUndefined();
  expect(inFlight.onFirstToken).toBeUndefined();
});
