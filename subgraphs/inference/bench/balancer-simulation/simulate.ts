/**
 * Replicas, routers, a trace and outages in simulated time. Each router sees only the reports, which come at intervals and are on the
 * way for a while, and what becomes of its own placements: what it cannot know in production it does not know here.
 */
import { EventQueue } from './event-queue.ts';
import type { Outage } from './outages.ts';
import { type ReplicaSpeed, SimulatedReplica } from './simulated-replica.ts';
import { type Outcome, type Policy, SimulatedRouter } from './simulated-router.ts';
import type { TracedRequest } from './trace.ts';

export interface World {
  readonly now: () => number;
  readonly random: () => number;
  readonly replicaIds: readonly string[];
}

export interface SimulationOptions {
  readonly trace: readonly TracedRequest[];
  readonly outages?: readonly Outage[];
  readonly speeds: readonly ReplicaSpeed[];
  readonly routers: number;
  readonly createPolicy: (world: World) => Policy;
  readonly random: () => number;
  readonly reportEveryMs: number;
  readonly reportDelayMs: number;
  readonly maxSequences: number;
  readonly maxQueued: number;
  /** Positions of a replica's key/value cache. */
  readonly kvTokens: number;
  /** Called between events. */
  readonly observe?: (replicas: readonly SimulatedReplica[]) => void;
}

export interface SimulationResult {
  /** Of each request of the trace, in its order. */
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
}

const checkEveryMs = 500;

export function simulate(options: SimulationOptions): SimulationResult {
  const { trace, outages = [], createPolicy, random, reportEveryMs, reportDelayMs, observe } = options;
  const events = new EventQueue();
  const replicas = createReplicas(events, options);
  const replicaList = [...replicas.values()];
  const world: World = { now: () => events.nowMs, random, replicaIds: [...replicas.keys()] };
  const routers = Array.from(
    { length: options.routers },
    () => new SimulatedRouter({ events, replicas, policy: createPolicy(world) }),
  );
  const lastMs = trace.at(-1)?.atMs ?? 0;
  // The first reports are there before the first request.
  const startMs = reportEveryMs + reportDelayMs;
  const outcomes: Outcome[] = new Array(trace.length);
  let unended = trace.length;

  for (const replica of replicaList) {
    const tell = (): void => {
      if (replica.isAlive) {
        const report = replica.report();
        events.after(reportDelayMs, () => {
          for (const router of routers) router.hear(report);
        });
      }
      if (unended > 0) events.after(reportEveryMs, tell);
    };
    // Replicas do not report in step.
    events.at(random() * reportEveryMs, tell);
  }

  for (const { replica: at, fromMs, untilMs } of outages) {
    const replica = replicaList[at]!;
    events.at(startMs + fromMs, () => replica.die());
    events.at(startMs + untilMs, () => replica.revive());
    for (let ms = fromMs; ms < untilMs; ms += checkEveryMs)
      events.at(startMs + ms, () => {
        for (const router of routers) router.check(replica.id);
      });
  }

  for (const [at, request] of trace.entries()) {
    events.at(startMs + request.atMs, () =>
      routers[at % routers.length]!.accept(request, (outcome) => {
        outcomes[at] = outcome;
        unended -= 1;
      }),
    );
  }
  events.runAll(observe && (() => observe(replicaList)));
  return { outcomes, seconds: lastMs / 1_000 };
}

function createReplicas(
  events: EventQueue,
  { speeds, maxSequences, maxQueued, kvTokens }: SimulationOptions,
): ReadonlyMap<string, SimulatedReplica> {
  return new Map(
    speeds.map((speed, at) => {
      const id = `replica-${at}`;
      const replica = new SimulatedReplica({
        id,
        events,
        speed,
        maxSequences,
        maxQueued,
        kvTokens,
        prefillTokensPerStep: 256,
      });
      return [id, replica];
    }),
  );
}
