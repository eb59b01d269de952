/* Requests shared between processes: this one, and real ones beside it that the tests kill, freeze and drain. */

import { createServer } from 'node:http';
import { listen } from '@fathom/platform/server/listen';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { type ServiceProcess, startServiceProcess } from '@fathom/platform/testing/service-process';
import { fetch } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EngineRequest } from '../../engine/protocol.ts';
import { until } from '../../testing/engine-devices.ts';
import { engineRequest, type Outcome, run, runAll } from '../../testing/engine-run.ts';
import { type Harness, startHarness } from '../../testing/inference-harness.ts';
import { writeTinyModel } from '../../testing/tiny-model.ts';
import { peerScope, reportPath, requestsPath } from './peer-protocol.ts';
import { PeerSet } from './peer-set.ts';

const database = useTestDatabase();
let home: Harness;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  home = await startHarness({
    databaseUrl: database.url,
    settings: { instance: 'home', maxSequences: 2, maxQueued: 0 },
  });
  await home.register('tiny@1', await writeTinyModel({ layers: 24, isEndless: true }));
  await home.moveAlias('champion', 'tiny@1');
  await home.deploymentIs('tiny@1', 'READY');
});

afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  await home.close();
});

const processes = new Map<string, ServiceProcess>();

/** A peer as the supervisor would run it, with the model loaded. */
async function startPeer(instance: string, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const started = await startServiceProcess({
    service: 'inference',
    databaseUrl: database.url,
    dataDir: home.platform.env.FATHOM_DATA_DIR,
    identity: home.platform.identity,
    env: {
      DEFAULT_MODEL: 'tiny',
      DEVICE_THREADS: '1',
      MAX_SEQUENCES: '4',
      MAX_QUEUED: '0',
      MAX_CONTEXT_LENGTH: '1024',
      LOG_LEVEL: 'silent',
      OTEL_SERVICE_INSTANCE_ID: instance,
      ...env,
    },
  });
  processes.set(instance, started);
  open.push({ close: () => started.kill() });
  return started;
}

const originOf = ({ url }: ServiceProcess): string => new URL(url).origin;

/** Shares the requests of `home` with these. Resolves when they are all known, with the model. */
async function shareWith(instances: readonly string[]): Promise<PeerSet> {
  const { pool } = home.inference;
  const peers = new PeerSet({
    urls: instances.map((instance) => originOf(processes.get(instance)!)),
    instance: 'home',
    signer: home.platform.identity.signer,
    logger: home.platform.logger,
    onJoin: (peer) => pool.join(peer),
    onLeave: (peer) => pool.leave(peer),
    release: (inFlight, how) => pool.release(inFlight, how),
  });
  open.push(peers);
  await peers.start();
  await until(() => instances.every((instance) => knows(peers, instance)));
  return peers;
}

const knows = (peers: PeerSet, instance: string): boolean =>
  peers.replicas.some(
    (peer) => peer.id === instance && peer.report().status === 'READY' && peer.loaded('tiny@1'),
  );

let numbers = 0;

function request(seed: number, overrides: Partial<EngineRequest> = {}): EngineRequest {
  return engineRequest(`r${numbers++}`, {
    tenant: 'test',
    promptTokens: [1, 30 + seed, 50, 60, 2],
    maxTokens: 480,
    sampling: { temperature: 1, topK: 0, topP: 1, seed, frequencyPenalty: 0.2 },
    stopStrings: ['never to be seen'],
    ...overrides,
  });
}

async function expectedOf(seeds: readonly number[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) outcomes.push(await run(home.inference.pool, request(seed)).outcome);
  return outcomes;
}

function expectEqual(outcomes: readonly Outcome[], expected: readonly Outcome[]): void {
  for (const [at, { tokens, text, end }] of outcomes.entries()) {
    expect(end.kind).toBe('finished');
    expect({ tokens, text }).toEqual({ tokens: expected[at]?.tokens, text: expected[at]?.text });
  }
}

const faults = {
  killed: (peer: ServiceProcess) => peer.kill(),
  drained: (peer: ServiceProcess) => peer.stop(),
  frozen: async (peer: ServiceProcess) => peer.freeze(),
};
const seeds = [0, 1, 2, 3, 4, 5];

test('a peer that is killed, drained or frozen under its streams: they go on elsewhere without a gap or a repeat', {
  timeout: 240_000,
}, async () => {
  const expected = await expectedOf(seeds);
  // As much room as there is at home, and in all as there are streams: each of the three gets some.
  const room = { MAX_SEQUENCES: '2' };
  await startPeer('staying', room);
  for (const fault of Object.values(faults)) {
    const victim = await startPeer('victim', { ...room, DRAIN_TIMEOUT_MS: '50' });
    const peers = await shareWith(['staying', 'victim']);
    let hit: Promise<void> | undefined;
    const outcomes = await Promise.all(
      seeds.map((seed, at) => {
        const stream = run(home.inference.pool, request(seed), (count, { devices }) => {
          if (count === 10 + at && devices.at(-1) === 'cpu-0@victim') hit ??= fault(victim);
        });
        return stream.outcome;
      }),
    );
    await hit;
    expectEqual(outcomes, expected);
    const used = new Set(outcomes.flatMap(({ devices }) => devices));
    expect([...used].sort()).toEqual(['cpu-0', 'cpu-0@staying', 'cpu-0@victim']);
    const moved = outcomes.filter(({ devices }) => devices.length > 1);
    expect(moved.length).toBeGreaterThan(0);
    expect(moved.every(({ devices }) => devices[0] === 'cpu-0@victim')).toBe(true);
    await until(() => !peers.replicas.some(({ id }) => id === 'victim'));
    await peers.close();
    await victim.kill();
  }
  expect(home.inference.pool.admission(0)).toEqual({ kind: 'admitted' });
  expect(home.inference.pool.snapshots()[0]).toMatchObject({ activeSequences: 0, queuedRequests: 0 });
});

test('what is cancelled here is cancelled there, and its slot is free', async () => {
  await startPeer('canceller');
  const peers = await shareWith(['canceller']);
  const { pool } = home.inference;
  const running = Array.from({ length: 4 }, (_, at) => request(at, { maxTokens: 900 }));
  const outcomes = await runAll(pool, running, (count, { request: { id } }) => {
    if (count === 5) pool.cancel(id);
  });
  expect(outcomes.map(({ end }) => end)).toEqual(
    outcomes.map(() => expect.objectContaining({ kind: 'finished', reason: 'CANCELLED' })),
  );
  expect(outcomes.some(({ devices }) => devices[0] === 'cpu-0@canceller')).toBe(true);
  await until(() => {
    const [peer] = peers.replicas;
    return peer?.report().activeSequences === 0 && peer.report().queuedRequests === 0;
  });
  await peers.close();
});

test('the pool counts what its peers can take; full everywhere is told with a time to come back', async () => {
  await startPeer('counted');
  const { pool } = home.inference;
  expect(pool.admission(2)).toMatchObject({ kind: 'overloaded' });
  const peers = await shareWith(['counted']);
  expect(pool.admission(5)).toEqual({ kind: 'admitted' });
  expect(pool.admission(6)).toMatchObject({ kind: 'overloaded', retryAfterMs: expect.any(Number) });
  await peers.close();
});

test('a service with ENGINE_PEERS lists the devices of its peers, and never takes itself for one', async () => {
  const listed = await startPeer('listed');
  const port = await freePort();
  const lister = await startPeer('lister', {
    PORT: String(port),
    ENGINE_PEERS: `${originOf(listed)},http://127.0.0.1:${port}`,
  });
  const query = '{ devices { id status maxSequences deployments { id status } } }';
  const devices = async () => (await lister.request<{ devices: { id: string }[] }>(query)).data?.devices;
  await expect.poll(async () => (await devices())?.length, { timeout: 20_000 }).toBe(2);
  expect(await devices()).toMatchObject([{ id: 'cpu-0' }, { id: 'cpu-0@listed', maxSequences: 4 }]);
});

/** Nobody's a moment ago: the kernel does not hand the same one out again soon. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('only services are answered: a stranger, and a client of any tenant, get nothing', async () => {
  const peer = await startPeer('guarded');
  const ask = async (
    path: `/${string}`,
    method: string,
    scopes?: readonly string[],
    body?: { readonly signed: string; readonly sent: string },
  ): Promise<number> => {
    const place = `${method} ${path}` as const;
    const headers = scopes
      ? await home.platform.identity.headers({ audience: 'inference', place, body: body?.signed }, { scopes })
      : {};
    return (await fetch(`${originOf(peer)}${path}`, { method, headers, body: body?.sent ?? null })).status;
  };
  expect(await ask(reportPath, 'GET')).toBe(401);
  expect(await ask(reportPath, 'GET', ['inference:ask', 'inference:read'])).toBe(403);
  expect(await ask(requestsPath, 'POST', ['inference:ask'])).toBe(403);
  const wrong = JSON.stringify({ ...request(1), lane: 1 });
  expect(await ask(requestsPath, 'POST', [peerScope], { signed: wrong, sent: wrong })).toBe(400);
  expect(await ask(reportPath, 'GET', [peerScope])).toBe(200);
  // Who alters what was signed gets nothing computed, were it but for the name of whose turn it is.
  const signed = JSON.stringify(request(1));
  const altered = signed.replace('"tenant":"test"', '"tenant":"rest"');
  expect(await ask(requestsPath, 'POST', [peerScope], { signed, sent: altered })).toBe(401);
  expect(await ask(requestsPath, 'POST', [peerScope], { signed: '', sent: signed })).toBe(401);
  expect(await ask(requestsPath, 'POST', [peerScope], { signed, sent: signed })).toBe(503); // It has no model.
});
