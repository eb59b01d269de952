/** How a service is asked: how long it is waited for, how often it is tried, how much of it is taken. */
export interface FetchSettings {
  readonly queryTimeoutMs: number;
  /** Longer: a mutation may wait for a whole answer of a model. */
  readonly mutationTimeoutMs: number;
  readonly maxRetries: number;
  readonly circuitFailures: number;
  readonly circuitOpenMs: number;
  /** Fetches from one service at a time; also its connections. */
  readonly maxConcurrent: number;
  /** Of those, how many share a socket where the service can do that. With 1, each has its own. */
  readonly maxPerSocket: number;
  /** Fetches that may wait for their turn. */
  readonly maxWaiting: number;
  readonly maxResponseBytes: number;
  /** Ask a second time where a query's answer is later than this. Absent: never. */
  readonly hedgeAfterMs?: number;
}
