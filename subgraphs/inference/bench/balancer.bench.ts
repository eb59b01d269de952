// Time to first token and goodput of 1,000 simulated replicas, some of which die, under the balancer, against round-robin and least-queue; `--trace FILE` replays a recorded trace.
import { parseArgs } from 'node:util';
import { printBound, printMachine, printTable, quantile } from '@fathom/platform/testing/bench';
import { syntheticOutages } from './balancer-simulation/outages.ts';
import { balancerPolicy, leastQueuePolicy, roundRobinPolicy } from './balancer-simulation/policies.ts';
import { type SimulationResult, simulate, type World } from './balancer-simulation/simulate.ts';
import type { ReplicaSpeed } from './balancer-simulation/simulated-replica.ts';
import type { Outcome, Policy } from './balancer-simulation/simulated-router.ts';
import { readTrace, syntheticTrace } from './balancer-simulation/trace.ts';

/*
 * A discrete-event simulation, so the machine's speed does not matter. Eight routers with views of their own; reports
 * every 250 ms that are 20 ms on the way; a quarter of the replicas is half as fast as the others, and a quarter twice as
 * fast, which the routers have to find out. The load is what keeps most slots busy; every ten seconds
 * it doubles for two. A replica's cache has room for twelve requests of mean size, so memory can end before slots do. One
 * replica in twenty dies, at a time of its own, with all that it has, and is back after five seconds with an empty cache.
 */
const { values } = parseArgs({
  options: {
    trace: { type: 'string' },
    replicas: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '40' },
    kv: { type: 'string', default: '12288' },
    deaths: { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '1' },
  },
});
const replicaCount = Number(values.replicas);
const goodTtftMs = 500;

function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  // Mulberry32.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const usual: ReplicaSpeed = { stepMs: 12, perSequenceMs: 0.6, perPrefillTokenMs: 0.12 };
const scaled = (factor: number): ReplicaSpeed => ({
  stepMs: usual.stepMs * factor,
  perSequenceMs: usual.perSequenceMs * factor,
  perPrefillTokenMs: usual.perPrefillTokenMs * factor,
});
const speeds = Array.from({ length: replicaCount }, (_, at) => scaled([0.5, 1, 1, 2][at % 4]!));

const trace =
  values.trace === undefined
    ? syntheticTrace({
        requestsPerSecond: replicaCount * 4,
        seconds: Number(values.seconds),
        random: createRandom(Number(values.seed)),
      })
    : readTrace(values.trace);

const outages = syntheticOutages({
  replicas: replicaCount,
  share: Number(values.deaths),
  seconds: (trace.at(-1)?.atMs ?? 0) / 1_000,
  downMs: 5_000,
  random: createRandom(Number(values.seed) + 2),
});

function run(createPolicy: (world: World) => Policy): SimulationResult {
  return simulate({
    trace,
    outages,
    speeds,
    createPolicy,
    routers: 8,
    random: createRandom(Number(values.seed) + 1),
    reportEveryMs: 250,
    reportDelayMs: 20,
    maxSequences: 16,
    maxQueued: 64,
    kvTokens: Number(values.kv),
  });
}

const policies = [
  ['balancer', balancerPolicy],
  ['least-queue', leastQueuePolicy],
  ['round-robin', roundRobinPolicy],
] as const;
const results = new Map(policies.map(([name, createPolicy]) => [name, run(createPolicy)]));

const p = (name: (typeof policies)[number][0], share: number): number =>
  quantile(
    results.get(name)!.outcomes.flatMap(({ ttftMs }) => ttftMs ?? []),
    share,
  );
const count = ({ outcomes }: SimulationResult, isCounted: (outcome: Outcome) => boolean): number =>
  outcomes.filter(isCounted).length;
/** Answered whole, and begun in time. */
const goodput = (result: SimulationResult): number =>
  count(
    result,
    ({ kind, ttftMs }) => kind === 'COMPLETED' && (ttftMs ?? Number.POSITIVE_INFINITY) <= goodTtftMs,
  ) / result.seconds;

printMachine();
process.stdout.write(
  `${replicaCount} replicas, of which ${outages.length} die; ${trace.length} requests in ${Math.round((trace.at(-1)?.atMs ?? 0) / 1_000)} s\n\n`,
);
printTable(
  ['policy', 'TTFT p50 ms', 'p95', 'p99', `requests/s within ${goodTtftMs} ms`, 'refused', 'moved', 'failed'],
  policies.map(([name]) => [
    name,
    Math.round(p(name, 0.5)),
    Math.round(p(name, 0.95)),
    Math.round(p(name, 0.99)),
    Math.round(goodput(results.get(name)!)),
    count(results.get(name)!, ({ kind }) => kind === 'REFUSED'),
    count(results.get(name)!, ({ moves }) => moves > 0),
    count(results.get(name)!, ({ kind }) => kind === 'FAILED'),
  ]),
);
for (const [name, share] of [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const) {
  const peers = Math.min(p('least-queue', share), p('round-robin', share));
  printBound({
    name: `balancer-ttft-${name}`,
    measured: peers / p('balancer', share),
    required: 1,
    direction: 'at-least',
  });
}
printBound({
  name: 'balancer-goodput',
  measured:
    goodput(results.get('balancer')!) /
    Math.max(goodput(results.get('least-queue')!), goodput(results.get('round-robin')!)),
  required: 1,
  direction: 'at-least',
});
