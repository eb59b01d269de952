/**
 * Nearest vectors by cosine, apart for each tenant. Every answer is filtered by tenant in the store, never afterwards.
 * Implementations: pgvector (HNSW), exact scan; `vector-index.ts` chooses. One contract suite holds both.
 */
export interface VectorItem {
  /** Never taken from client input. */
  readonly tenant: string;
  /** Unique within its tenant; an upsert replaces. */
  readonly id: string;
  /** Of the index's dimensions, finite, not all zero. Need not be of length 1. */
  readonly vector: Float32Array;
  /** JSON-serialisable; returned with the match. */
  readonly metadata: unknown;
}

export interface VectorQuery {
  readonly tenant: string;
  readonly vector: Float32Array;
  /** At least 1. Fewer matches come back only if the tenant has fewer vectors. */
  readonly limit: number;
}

export interface VectorMatch {
  readonly id: string;
  /** Cosine of query and vector, from -1 to 1. */
  readonly score: number;
  readonly metadata: unknown;
}

export interface VectorIndex {
  /** For instance `pgvector 0.8.0` or `exact scan`, as the banner and /readyz say it. */
  readonly implementation: string;
  readonly dimensions: number;
  /** All or none. Visible to every process when it resolves. Throws BAD_USER_INPUT for a vector that cannot be compared. */
  upsert(items: readonly VectorItem[]): Promise<void>;
  /** Unknown ids are nothing to delete. */
  delete(tenant: string, ids: readonly string[]): Promise<void>;
  /** Best first; equal scores by id. */
  search(query: VectorQuery): Promise<readonly VectorMatch[]>;
}
