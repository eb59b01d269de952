/**
 * Chooses the replica on which a request's first token is expected soonest.
 *
 * - *What is known is old.* Reports come some times a second, so a balancer adds what it placed itself since. Replicas whose
 *   report is older than `staleMs` are not believed; when less than half of them can be, two different ones are taken at random and the one
 *   with fewer requests gets it (Mitzenmacher 2001).
 * - *No herding.* Several balancers that see the same reports would all send to the same best replica. Among replicas whose
 *   expected times differ by less than anyone would notice, one is taken at random.
 * - *Affinity.* Tokens that a replica has in its cache need no computing, which is in the estimate. A conversation stays
 *   where it is unless that costs clearly more (hysteresis), or it would wait there for a slot that others have: its cache is
 *   worth more turns than this one.
 *
 * The clock and randomness are passed in: the simulator runs this very class.
 */
import type { LoadingCosts } from './expected-ttft.ts';
import { KnownReplica } from './known-replica.ts';
import { PrefixDirectory } from './prefix-directory.ts';
import type { Placement, PlacementRequest, ReplicaReport } from './replica.ts';

export interface BalancerOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly staleMs?: number;
  readonly loading?: LoadingCosts;
  readonly maxPrefixBlocks?: number;
}

interface Candidate {
  readonly replica: KnownReplica;
  readonly cachedTokens: number;
  readonly expectedTtftMs: number;
}

/** Nobody notices a first token that is so much later. */
const indifferenceShare = 0.1;
const indifferenceMs = 2;
/** A conversation moves when another replica is expected to be faster by more than this. */
const hysteresisShare = 0.3;
const hysteresisMs = 10;
const maxSessions = 100_000;

export class Balancer {
  readonly #options: Required<BalancerOptions>;
  readonly #replicas = new Map<string, KnownReplica>();
  readonly #prefixes: PrefixDirectory;
  /** Session to the replica of its last turn, in the order of last use. */
  readonly #sessions = new Map<string, string>();

  constructor(options: BalancerOptions) {
    this.#options = {
      staleMs: 2_000,
      loading: { modelMs: 5_000, adapterMs: 100 },
      maxPrefixBlocks: 1_000_000,
      ...options,
    };
    this.#prefixes = new PrefixDirectory(this.#options.maxPrefixBlocks);
  }

  report(report: ReplicaReport): void {
    const known = this.#replicas.get(report.replicaId);
    const isLost = report.status === 'RECOVERING' && known?.report.status !== 'RECOVERING';
    if (known) known.update(report);
    else this.#replicas.set(report.replicaId, new KnownReplica(report));
    if (isLost) this.#prefixes.forget(report.replicaId);
  }

  /** A replica is gone. */
  leave(replicaId: string): void {
    this.#replicas.delete(replicaId);
    this.#prefixes.forget(replicaId);
  }

  /**
   * Where the request goes, or undefined if every replica is full or away. `except` are replicas that have failed it.
   */
  place(request: PlacementRequest, except: ReadonlySet<string> = new Set()): Placement | undefined {
    const open = [...this.#replicas.values()].filter(
      (replica) => replica.hasRoom && !except.has(replica.report.replicaId),
    );
    if (open.length === 0) return undefined;
    const freshSince = this.#options.now() - this.#options.staleMs;
    const fresh = open.filter(({ report }) => report.atMs >= freshSince);
    const isKnown = fresh.length * 2 >= open.length;
    const chosen = isKnown ? this.#soonest(fresh, request) : this.#lessLoadedOfTwo(open, request);
    return this.#commit(chosen, request, isKnown ? 'EXPECTED_TTFT' : 'POWER_OF_TWO');
  }

  /** The first token came: what was expected is held against what was. */
  firstToken({ replicaId, expectedTtftMs, way }: Placement, ttftMs: number): void {
    if (way === 'EXPECTED_TTFT') this.#replicas.get(replicaId)?.learn(expectedTtftMs, ttftMs);
  }

  #soonest(replicas: readonly KnownReplica[], request: PlacementRequest): Candidate {
    const candidates = this.#candidates(replicas, request);
    const best = candidates.reduce((a, b) => (b.expectedTtftMs < a.expectedTtftMs ? b : a));
    return this.#ofSession(candidates, best, request) ?? this.#oneOfTheBest(candidates, best);
  }

  #candidates(replicas: readonly KnownReplica[], request: PlacementRequest): readonly Candidate[] {
    const matches = this.#prefixes.matches(request.prefix);
    return replicas.map((replica) => {
      const blocks = matches.get(replica.report.replicaId) ?? 0;
      // The last token is always computed: its logits give the first new one.
      const cachedTokens = Math.min(blocks * request.blockTokens, request.promptTokens - 1);
      const expectedTtftMs = replica.expectedTtftMs(request, cachedTokens, this.#options.loading);
      return { replica, cachedTokens, expectedTtftMs };
    });
  }

  #ofSession(
    candidates: readonly Candidate[],
    best: Candidate,
    { session }: PlacementRequest,
  ): Candidate | undefined {
    const home = session === undefined ? undefined : this.#sessions.get(session);
    const staying = candidates.find(({ replica }) => replica.report.replicaId === home);
    if (!staying) return undefined;
    if (!staying.replica.hasFreeSlot && candidates.some(({ replica }) => replica.hasFreeSlot))
      return undefined;
    const limit = best.expectedTtftMs * (1 + hysteresisShare) + hysteresisMs;
    return staying.expectedTtftMs <= limit ? staying : undefined;
  }

  #oneOfTheBest(candidates: readonly Candidate[], best: Candidate): Candidate {
    const limit = best.expectedTtftMs * (1 + indifferenceShare) + indifferenceMs;
    const equals = candidates.filter(({ expectedTtftMs }) => expectedTtftMs <= limit);
    // None waits on one while another of them has a slot to give.
    const free = equals.filter(({ replica }) => replica.hasFreeSlot);
    const among = free.length > 0 ? free : equals;
    return among[Math.floor(this.#options.random() * among.length)] ?? best;
  }

  #lessLoadedOfTwo(replicas: readonly KnownReplica[], request: PlacementRequest): Candidate {
    const draw = (below: number): number => Math.floor(this.#options.random() * below);
    const first = draw(replicas.length);
    // A different one, each as likely: drawn from those behind it, around the end.
    const second = (first + 1 + draw(replicas.length - 1)) % replicas.length;
    const [a, b] = [replicas[first]!, replicas[second]!];
    return this.#candidates([a.requests <= b.requests ? a : b], request)[0]!;
  }

  #commit(
    { replica, cachedTokens, expectedTtftMs }: Candidate,
    request: PlacementRequest,
    way: Placement['way'],
  ): Placement {
    const { replicaId } = replica.report;
    const placedAtMs = this.#options.now();
    replica.place(request, { atMs: placedAtMs, cachedTokens });
    this.#prefixes.placed(replicaId, request.prefix);
    if (request.session !== undefined) this.#rememberSession(request.session, replicaId);
    return { replicaId, placedAtMs, cachedTokens, expectedTtftMs, way };
  }

  #rememberSession(session: string, replicaId: string): void {
    this.#sessions.delete(session);
    this.#sessions.set(session, replicaId);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
  }
}
