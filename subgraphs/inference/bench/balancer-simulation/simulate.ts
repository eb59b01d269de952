/**
 * Replicas, routers and a trace in simulated time. Each router sees only the reports, which come at intervals and are on the
 * way for a while, and its own placements: what it cannot know in production it does not know here.
 */
import type { PlacementRequest, ReplicaReport } from '../../src/balancer/replica.ts';
import { EventQueue } from './event-queue.ts';
import { type ReplicaSpeed, SimulatedReplica } from './simulated-replica.ts';
import { blockTokens, type TracedRequest } from './trace.ts';

/** A way to choose replicas; one instance a router. */
export interface Policy {
  report(report: ReplicaReport): void;
  /** The replica, or undefined where the policy itself refuses. */
  place(
    request: PlacementRequest,
  ): { readonly replicaId: string; firstToken(ttftMs: number): void } | undefined;
}

export interface World {
  readonly now: () => number;
  readonly random: () => number;
  readonly replicaIds: readonly string[];
}

export interface SimulationOptions {
  readonly trace: readonly TracedRequest[];
  readonly speeds: readonly ReplicaSpeed[];
  readonly routers: number;
  readonly createPolicy: (world: World) => Policy;
  readonly random: () => number;
  readonly reportEveryMs: number;
  readonly reportDelayMs: number;
  readonly maxSequences: number;
  readonly maxQueued: number;
}

export interface SimulationResult {
  /** Of every request that got a first token, milliseconds. */
  readonly ttftMs: readonly number[];
  readonly completed: number;
  /** Sent to a replica whose queue was full, or refused by the policy. */
  readonly refused: number;
  readonly seconds: number;
}

export function simulate(options: SimulationOptions): SimulationResult {
  const events = new EventQueue();
  const replicas = createReplicas(events, options);
  const world: World = { now: () => events.nowMs, random: options.random, replicaIds: [...replicas.keys()] };
  const routers = Array.from({ length: options.routers }, () => options.createPolicy(world));
  const lastMs = options.trace.at(-1)?.atMs ?? 0;
  const ttftMs: number[] = [];
  let completed = 0;
  let refused = 0;

  for (const replica of replicas.values()) {
    const tell = (): void => {
      const report = replica.report();
      events.after(options.reportDelayMs, () => {
        for (const router of routers) router.report(report);
      });
      if (events.nowMs < lastMs) events.after(options.reportEveryMs, tell);
    };
    // Replicas do not report in step.
    events.at(options.random() * options.reportEveryMs, tell);
  }

  // The first reports are there before the first request.
  const startMs = options.reportEveryMs + options.reportDelayMs;
  for (const [at, request] of options.trace.entries()) {
    events.at(startMs + request.atMs, () => {
      const placed = routers[at % routers.length]!.place(toPlace(request));
      const arrivedMs = events.nowMs;
      const isTaken =
        placed &&
        replicas.get(placed.replicaId)?.submit(request, {
          firstToken() {
            ttftMs.push(events.nowMs - arrivedMs);
            placed.firstToken(events.nowMs - arrivedMs);
          },
          ended() {
            completed += 1;
          },
        });
      if (!isTaken) refused += 1;
    });
  }
  events.runAll();
  return { ttftMs, completed, refused, seconds: lastMs / 1_000 };
}

function createReplicas(
  events: EventQueue,
  options: SimulationOptions,
): ReadonlyMap<string, SimulatedReplica> {
  const { speeds, maxSequences, maxQueued } = options;
  return new Map(
    speeds.map((speed, at) => {
      const id = `replica-${at}`;
      const replica = new SimulatedReplica({
        id,
        events,
        speed,
        maxSequences,
        maxQueued,
        cachedTokens: 32_768,
        prefillTokensPerStep: 256,
      });
      return [id, replica];
    }),
  );
}

function toPlace({ promptTokens, completionTokens, session, prefix }: TracedRequest): PlacementRequest {
  return { model: 'model', promptTokens, maxTokens: completionTokens, session, prefix, blockTokens };
}
