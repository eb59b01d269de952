/**
 * A hundred worker processes killed under the streams that they compute, by SIGKILL, at random steps.
 *
 * A kill counts if, when the process was gone and all that it had said was read, a stream of its device had begun and lacked
 * tokens: these can only have come from another worker. In a pool of three, streams go on on another device; alone they
 * wait for the device's next worker.
 */
import { beforeAll, expect, test } from 'vitest';
import { uniformAt } from '../domain/random.ts';
import type { EngineRequest, WorkerOptions } from '../engine/protocol.ts';
import { startWorkerProcess, type WorkerProcess } from '../engine/worker-process.ts';
import { until } from '../testing/engine-devices.ts';
import { hasTiny, usePools } from '../testing/engine-pools.ts';
import { engineRequest, type OnToken, type Outcome, type Run, run } from '../testing/engine-run.ts';
import { writeTinyModel } from '../testing/tiny-model.ts';
import type { EnginePool } from './engine-pool.ts';

let folder: string;
const openPool = usePools();
const maxTokens = 120;

beforeAll(async () => {
  // Slow enough for a kill to come under its streams, also where several tokens are told at once.
  folder = await writeTinyModel({ layers: 16, isEndless: true });
});

/** Everything that has a state of its own between two tokens. */
const sampling = { temperature: 1, topK: 0, topP: 1, seed: 7 };
const penalties = { repetitionPenalty: 1.3, presencePenalty: 0.5, frequencyPenalty: 0.4 };
const stream = (id: string, overrides: Partial<EngineRequest> = {}): EngineRequest =>
  engineRequest(id, { maxTokens, ...overrides });
const streamsWith = (stop: string): readonly EngineRequest[] => [
  stream('greedy', { sampling: { ...sampling, temperature: 0 } }),
  stream('seeded'),
  stream('penalised', { sampling: { ...sampling, topP: 0.9, ...penalties } }),
  stream('formed', { responseFormat: { kind: 'regex', source: '[a-f]{6}-[0-9]{90}' } }),
  stream('stopped', { stopStrings: [stop, `${stop.slice(0, 2)} that does not come`] }),
  stream('chosen', { sampling: { ...sampling, seed: 12 } }),
  stream('chosen#1', { sampling: { ...sampling, seed: 13 } }),
];

interface Victims {
  readonly pool: EnginePool;
  /** Pids of all workers there ever were. */
  readonly pids: Set<number>;
  /** For each kill that counts: how many tokens the streams had that lost their worker by it. */
  readonly kills: (readonly number[])[];
  /** The streams that are under way. */
  running: readonly Run[];
  /** False if its present process was killed already. */
  kill(device: string): boolean;
}

async function openVictims(devices: number): Promise<Victims> {
  const workers = new Map<string, WorkerProcess>();
  const victims = { pids: new Set<number>(), kills: [] as number[][], running: [] as readonly Run[] };
  const startWorker = (options: WorkerOptions, index: number): WorkerProcess => {
    const device = `cpu-${index}`;
    const worker = startWorkerProcess(options);
    workers.set(device, worker);
    victims.pids.add(worker.pid ?? 0);
    // Heard before the device hears it, which gives its streams away then.
    worker.on('exit', (how) => {
      const cut = victims.running.filter(
        ({ devices, isEnded, tokens }) => devices.at(-1) === device && !isEnded && tokens.length > 0,
      );
      if (how === 'SIGKILL' && cut.length > 0) victims.kills.push(cut.map(({ tokens }) => tokens.length));
    });
    return worker;
  };
  const pool = await openPool({ devices, model: folder, maxSequences: 8, startWorker });
  const killed = new Set<number>();
  const kill = (device: string): boolean => {
    const pid = workers.get(device)?.pid;
    if (pid === undefined || killed.has(pid)) return false;
    killed.add(pid);
    return process.kill(pid, 'SIGKILL');
  };
  return Object.assign(victims, { pool, kill });
}

/** Rounds of the streams, each under two kills at most: under the third loss a request is given up. */
async function killUnderStreams(devices: number, wanted: number): Promise<Victims> {
  const victims = await openVictims(devices);
  const { pool } = victims;
  const plain = await run(pool, stream('plain')).outcome;
  // A stop string that comes near the end, so that its beginning is withheld while workers die.
  const streams = streamsWith(plain.text.slice(-8, -2));
  const expected = new Map<string, Outcome>();
  for (const one of streams) expected.set(one.id, await run(pool, one).outcome);
  expect(expected.get('seeded')?.tokens).toHaveLength(maxTokens);
  expect(expected.get('formed')?.text).toMatch(/^[a-f]{6}-[0-9]{90}$/);
  expect(expected.get('stopped')?.end).toMatchObject({ reason: 'STOP' });
  const total = [...expected.values()].reduce((sum, { tokens }) => sum + tokens.length, 0);

  for (let round = 0; victims.kills.length < wanted; round++) {
    // Where kills come too late, the test ends by this and not by counting them.
    expect(round).toBeLessThan(wanted);
    await until(() => pool.devices.every(hasTiny));
    const killAt = [0, 1].map((which) => Math.floor(uniformAt(devices, 2 * round + which) * total * 0.7));
    const killed = new Set<number>();
    let told = 0;
    const onToken: OnToken = (_, { devices: places }) => {
      told++;
      const due = killAt.findIndex((at, which) => told > at && !killed.has(which));
      // What a process said before it was killed is still read: it is not killed for that again.
      if (due >= 0 && victims.kill(places.at(-1) ?? '')) killed.add(due);
    };
    victims.running = streams.map((one) => run(pool, { ...one, id: `${round}/${one.id}` }, onToken));
    for (const [at, outcome] of (await Promise.all(victims.running.map((one) => one.outcome))).entries()) {
      const { id } = streams[at] as EngineRequest;
      const { tokens, text, end } = expected.get(id) as Outcome;
      expect({ id, ...outcome }).toMatchObject({ id, tokens, text, end: { kind: end.kind } });
    }
    victims.running = [];
  }
  await until(() => pool.devices.every(hasTiny));
  // As many at once as there are slots: all of them are there.
  const last = Array.from({ length: 8 * devices }, (_, at) => run(pool, stream(`last-${at}`)).outcome);
  for (const { tokens } of await Promise.all(last)) expect(tokens).toEqual(plain.tokens);
  expect(pool.snapshots()).toEqual(
    pool.devices.map(() =>
      expect.objectContaining({ activeSequences: 0, queuedRequests: 0, kvCacheUsage: 0 }),
    ),
  );
  return victims;
}

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a hundred worker processes killed under running streams: each has its text without a gap or a repeat, nothing is left', {
  timeout: 600_000,
}, async () => {
  const handles = process.getActiveResourcesInfo().length;
  const all = await Promise.all([killUnderStreams(3, 70), killUnderStreams(1, 30)]);
  const kills = all.flatMap((victims) => victims.kills);
  expect(kills.length).toBeGreaterThanOrEqual(100);
  // At steps from beginning to end, most of them under several streams.
  expect(new Set(kills.flat()).size).toBeGreaterThan(maxTokens / 2);
  expect(kills.filter((cut) => cut.length > 1).length).toBeGreaterThan(50);
  await Promise.all(all.map(({ pool }) => pool.close()));
  expect(all.flatMap(({ pids }) => [...pids]).filter(isThere)).toEqual([]);
  // Others than the pools have some for a moment, as the test runner has.
  await until(() => process.getActiveResourcesInfo().length <= handles);
});
