/**
 * A process that accepts requests and has them computed by replicas, as `pool/` does with peers.
 *
 *   accepted --policy--> a replica --tokens--> COMPLETED
 *      \--nowhere--> REFUSED     \--it is dead or full--> another replica, at once
 *                                 \--it dies--> another replica, behind the tokens so far --nowhere--> waits for a report
 *                                                                                \--died the third time--> FAILED
 *
 * What it knows of replicas it has from their reports, which may be old. One that is dead or full is given nothing until it reports
 * again; one that has not reported for `lostAfterMs` is forgotten. That is so under every policy.
 *
 * Invariant: a request ends exactly once, and has each of its tokens once.
 */
import type { PlacementRequest, ReplicaReport } from '../../src/balancer/replica.ts';
import { maxWorkersLost } from '../../src/engine/request-in-flight.ts';
import type { EventQueue } from './event-queue.ts';
import type { SimulatedReplica } from './simulated-replica.ts';
import { blockTokens, type TracedRequest } from './trace.ts';

/** A way to choose replicas; one instance a router. */
export interface Policy {
  report(report: ReplicaReport): void;
  /** It is gone. */
  leave(replicaId: string): void;
  /** The replica, or undefined where there is none that it would send to. */
  place(request: PlacementRequest): Placed | undefined;
}

export interface Placed {
  readonly replicaId: string;
  /** The first token from there came so long after it was sent there. */
  firstToken(ttftMs: number): void;
}

export interface Outcome {
  readonly kind: 'COMPLETED' | 'REFUSED' | 'FAILED';
  readonly ttftMs: number | undefined;
  readonly tokens: number;
  /** How often it went on elsewhere because its replica died. */
  readonly moves: number;
}

export interface SimulatedRouterOptions {
  readonly events: EventQueue;
  readonly replicas: ReadonlyMap<string, SimulatedReplica>;
  readonly policy: Policy;
}

interface Stream {
  readonly request: TracedRequest;
  readonly arrivedMs: number;
  readonly end: (outcome: Outcome) => void;
  ttftMs: number | undefined;
  tokens: number;
  moves: number;
  isEnded: boolean;
}

const lostAfterMs = 3_000;

export class SimulatedRouter {
  readonly #options: SimulatedRouterOptions;
  readonly #reports = new Map<string, ReplicaReport>();
  /** Accepted, and without a replica that would take them. */
  #stranded: Stream[] = [];

  constructor(options: SimulatedRouterOptions) {
    this.#options = options;
  }

  hear(report: ReplicaReport): void {
    this.#reports.set(report.replicaId, report);
    this.#options.policy.report(report);
    const stranded = this.#stranded;
    this.#stranded = [];
    for (const stream of stranded) this.#goOn(stream);
  }

  /** Time to see whether a replica still reports. */
  check(replicaId: string): void {
    const heardMs = this.#reports.get(replicaId)?.atMs;
    if (heardMs === undefined || this.#options.events.nowMs - heardMs <= lostAfterMs) return;
    this.#reports.delete(replicaId);
    this.#options.policy.leave(replicaId);
  }

  accept(request: TracedRequest, end: (outcome: Outcome) => void): void {
    const stream: Stream = {
      request,
      arrivedMs: this.#options.events.nowMs,
      end,
      ttftMs: undefined,
      tokens: 0,
      moves: 0,
      isEnded: false,
    };
    if (!this.#give(stream)) this.#end(stream, 'REFUSED');
  }

  #give(stream: Stream): boolean {
    for (;;) {
      const placed = this.#options.policy.place(toPlace(stream));
      if (!placed) return false;
      switch (this.#submit(stream, placed)) {
        case 'TAKEN':
          return true;
        case 'TOO_LONG':
          return false;
        default:
          this.#doubt(placed.replicaId);
      }
    }
  }

  #submit(stream: Stream, placed: Placed) {
    const { events, replicas } = this.#options;
    const replica = replicas.get(placed.replicaId);
    if (!replica) throw new Error(`There is no ${placed.replicaId}.`);
    const placedMs = events.nowMs;
    let isFirst = true;
    return replica.submit({
      request: stream.request,
      decoded: stream.tokens,
      listener: {
        token: () => {
          stream.tokens += 1;
          stream.ttftMs ??= events.nowMs - stream.arrivedMs;
          if (isFirst) placed.firstToken(events.nowMs - placedMs);
          isFirst = false;
        },
        ended: () => this.#end(stream, 'COMPLETED'),
        lost: () => {
          this.#doubt(placed.replicaId);
          stream.moves += 1;
          if (stream.moves >= maxWorkersLost) this.#end(stream, 'FAILED');
          else this.#goOn(stream);
        },
      },
    });
  }

  /** What was accepted is not refused any more. */
  #goOn(stream: Stream): void {
    if (!this.#give(stream)) this.#stranded.push(stream);
  }

  #doubt(replicaId: string): void {
    const report = this.#reports.get(replicaId);
    if (report) this.#options.policy.report({ ...report, status: 'RECOVERING' });
    else this.#options.policy.leave(replicaId);
  }

  #end(stream: Stream, kind: Outcome['kind']): void {
    if (stream.isEnded) throw new Error('A request ended twice.');
    stream.isEnded = true;
    const { ttftMs, tokens, moves } = stream;
    stream.end({ kind, ttftMs, tokens, moves });
  }
}

/** As the dispatcher asks for it: what is decoded already is a part of the prompt. */
function toPlace({ request, tokens }: Stream): PlacementRequest {
  const { promptTokens, maxTokens, session, prefix } = request;
  return {
    model: 'model',
    promptTokens: promptTokens + tokens,
    maxTokens: maxTokens - tokens,
    session,
    prefix,
    blockTokens,
  };
}
