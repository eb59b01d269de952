/**
 * Which replica computes a request: the balancer that the simulator runs, fed by what the replicas say of themselves.
 *
 * A conversation is known by tenant and beginning (`conversation`), so that its next turn goes where the last one left its prefix.
 *
 * Invariants: a request goes only to a replica that has its model (and its adapter) loaded with the context that was promised; a request that is on
 * a replica is in that replica's report, so nothing is placed twice on what looks idle; how long a first token took is held
 * against the replica that gave it.
 */
import { Balancer } from '../balancer/balancer.ts';
import { createPrefixNames, type PrefixNames, prefixBlockTokens } from '../balancer/prefix-blocks.ts';
import type { PlacementRequest } from '../balancer/replica.ts';
import { accountOf } from '../domain/account.ts';
import type { EngineRequest } from '../engine/protocol.ts';
import type { RequestInFlight } from '../engine/request-in-flight.ts';
import type { Replica } from './replica.ts';

/** 1.6 million tokens of prompts; some 25 MB. */
const maxPrefixBlocks = 100_000;

export class Dispatcher {
  readonly #balancer = new Balancer({
    now: () => performance.now(),
    random: () => Math.random(),
    maxPrefixBlocks,
  });
  readonly #replicas = new Map<string, Replica>();
  readonly #prefixNames: PrefixNames;

  /** `prefixSalt`: what the beginnings of prompts are named under. */
  constructor(prefixSalt: Uint8Array) {
    this.#prefixNames = createPrefixNames(prefixSalt);
  }

  add(replica: Replica): void {
    this.#replicas.set(replica.id, replica);
  }

  remove(replica: Replica): void {
    this.#replicas.delete(replica.id);
    this.#balancer.leave(replica.id);
  }

  get replicas(): readonly Replica[] {
    return [...this.#replicas.values()];
  }

  /** Where a request's first token is expected soonest, or undefined where no replica can take it now. */
  choose(inFlight: RequestInFlight, except?: Replica): Replica | undefined {
    const { request, reach } = inFlight;
    const away = new Set<string>();
    const needed = this.#neededContext(request);
    for (const replica of this.#replicas.values()) {
      this.#balancer.report(replica.report());
      const isOutOfReach = replica === except || (reach === 'here' && replica.isPeer);
      if (isOutOfReach || !canServe(replica, request, needed)) away.add(replica.id);
    }
    const placement = this.#balancer.place(this.#toPlace(inFlight), away);
    // What it was expected to take elsewhere is over, also where it has to wait now.
    inFlight.onFirstToken =
      placement && (() => this.#balancer.firstToken(placement, performance.now() - placement.placedAtMs));
    return placement && this.#replicas.get(placement.replicaId);
  }

  /** Devices can hold different lengths: where a longer one is to be had, nothing is cut off on a shorter one. */
  #neededContext({ lane, promptTokens, maxTokens }: EngineRequest): number {
    const lengths = [...this.#replicas.values()].map((replica) => replica.loaded(lane)?.contextLength ?? 0);
    return Math.max(1, Math.min(promptTokens.length + maxTokens, Math.max(...lengths)));
  }

  #toPlace({ request, tokens }: RequestInFlight): PlacementRequest {
    const { id, lane, adapter, promptTokens, priorTokens, maxTokens, conversation } = request;
    // With one replica there is nothing to choose by.
    const isChoice = this.#replicas.size > 1;
    const decoded = priorTokens.length + tokens.length;
    return {
      model: lane,
      adapter,
      promptTokens: promptTokens.length + decoded,
      maxTokens: maxTokens - decoded,
      prefix: isChoice
        ? this.#prefixNames(JSON.stringify([accountOf(request), lane, adapter]), promptTokens)
        : [],
      blockTokens: prefixBlockTokens,
      // Without one, the completions of one generation share its prompt.
      session: isChoice ? JSON.stringify([lane, adapter, conversation ?? id.split('#', 1)[0]]) : undefined,
    };
  }
}

function canServe(replica: Replica, { lane, adapter }: EngineRequest, neededContext: number): boolean {
  const { contextLength = 0 } = replica.loaded(lane) ?? {};
  return contextLength >= neededContext && (adapter === undefined || replica.loaded(adapter) !== undefined);
}
