/** What a balancer knows of a replica, and what it has to place. A replica is one engine: a local device, or another pod's. */

/** What a replica says of itself, in the units of its own scheduler. */
export interface ReplicaReport {
  readonly replicaId: string;
  /** When it was true, milliseconds on the balancer's clock. */
  readonly atMs: number;
  /** Only a READY replica is given anything. */
  readonly status: 'READY' | 'DRAINING' | 'RECOVERING';
  readonly activeSequences: number;
  readonly maxSequences: number;
  readonly queuedRequests: number;
  /** Requests that may wait; beyond it the replica refuses. */
  readonly maxQueued: number;
  /** Prompt tokens that are still to be computed, of running and of waiting requests. */
  readonly pendingPrefillTokens: number;
  /** Positions of the KV cache that no running request has reserved. */
  readonly freeKvTokens: number;
  readonly prefillTokensPerSecond: number;
  /** How long a request held its slot lately, milliseconds. */
  readonly meanRequestMs: number;
  /** Model versions and adapters in its memory. */
  readonly resident: ReadonlySet<string>;
}

export interface PlacementRequest {
  /** The model version, and the adapter on top of it, if any. */
  readonly model: string;
  readonly adapter?: string | undefined;
  readonly promptTokens: number;
  readonly maxTokens: number;
  /**
   * Names of the prompt's blocks, each of what is up to its end: equal names mean equal beginnings. Whoever makes them
   * puts the tenant in, so that tenants share nothing.
   */
  readonly prefix: readonly string[];
  /** Tokens of a block. */
  readonly blockTokens: number;
  /** A conversation, whose turns stay together while that costs little. */
  readonly session?: string | undefined;
}

export interface Placement {
  readonly replicaId: string;
  readonly placedAtMs: number;
  /** Of the prompt, expected to be in the replica's cache. */
  readonly cachedTokens: number;
  readonly expectedTtftMs: number;
  /** By the estimate, or of two taken at random because what is known of the replicas is too old. */
  readonly way: 'EXPECTED_TTFT' | 'POWER_OF_TWO';
}
