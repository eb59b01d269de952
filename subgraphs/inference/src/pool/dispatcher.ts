/**
 * Which replica computes a request: the balancer that the simulator runs, fed by what the replicas say of themselves.
 *
 * Invariants: a request goes only to a replica that has its model (and its adapter) loaded with the context that was promised; a request that is on
 * a replica is in that replica's report, so nothing is placed twice on what looks idle.
 */
import { Balancer } from '../balancer/balancer.ts';
import { prefixBlocks, prefixBlockTokens } from '../balancer/prefix-blocks.ts';
import type { Placement, PlacementRequest } from '../balancer/replica.ts';
import type { EngineRequest } from '../engine/protocol.ts';
import type { RequestInFlight, RequestListener } from '../engine/request-in-flight.ts';
import type { Replica } from './replica.ts';

/** 1.6 million tokens of prompts; some 20 MB. */
const maxPrefixBlocks = 100_000;

export class Dispatcher {
  readonly #balancer = new Balancer({
    now: () => performance.now(),
    random: () => Math.random(),
    maxPrefixBlocks,
  });
  readonly #replicas = new Map<string, Replica>();

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
  choose({ request, reach }: RequestInFlight, except?: Replica): Choice | undefined {
    const away = new Set<string>();
    const needed = this.#neededContext(request);
    for (const replica of this.#replicas.values()) {
      this.#balancer.report(replica.report());
      const isOutOfReach = replica === except || (reach === 'here' && replica.isPeer);
      if (isOutOfReach || !canServe(replica, request, needed)) away.add(replica.id);
    }
    const placement = this.#balancer.place(this.#toPlace(request), away);
    const replica = placement && this.#replicas.get(placement.replicaId);
    return replica && { replica, placement };
  }

  /** The listener, from whom the balancer learns how long the first token took. */
  listening({ listener, submittedAt }: RequestInFlight, placement: Placement): RequestListener {
    let isFirst = true;
    return {
      placed: (deviceId) => listener.placed?.(deviceId),
      admitted: () => listener.admitted(),
      token: (token) => {
        if (isFirst) this.#balancer.firstToken(placement, performance.now() - submittedAt);
        isFirst = false;
        listener.token(token);
      },
      ended: (end) => listener.ended(end),
    };
  }

  /** Devices can hold different lengths: where a longer one is to be had, nothing is cut off on a shorter one. */
  #neededContext({ lane, promptTokens, maxTokens }: EngineRequest): number {
    const lengths = [...this.#replicas.values()].map((replica) => replica.loaded(lane)?.contextLength ?? 0);
    return Math.max(1, Math.min(promptTokens.length + maxTokens, Math.max(...lengths)));
  }

  #toPlace(request: EngineRequest): PlacementRequest {
    const { id, tenant, lane, adapter, promptTokens, priorTokens, maxTokens } = request;
    // With one replica there is nothing to choose by.
    const isChoice = this.#replicas.size > 1;
    return {
      model: lane,
      adapter,
      promptTokens: promptTokens.length + priorTokens.length,
      maxTokens: maxTokens - priorTokens.length,
      prefix: isChoice ? prefixBlocks(JSON.stringify([tenant, lane, adapter]), promptTokens) : [],
      blockTokens: prefixBlockTokens,
      // The completions of one generation share its prompt.
      session: isChoice ? id.split('#', 1)[0] : undefined,
    };
  }
}

export interface Choice {
  readonly replica: Replica;
  readonly placement: Placement;
}

function canServe(replica: Replica, { lane, adapter }: EngineRequest, neededContext: number): boolean {
  const { contextLength = 0 } = replica.loaded(lane) ?? {};
  return contextLength >= neededContext && (adapter === undefined || replica.loaded(adapter) !== undefined);
}
