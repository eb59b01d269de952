/** Turns sentences into vectors whose cosine says how near their meanings are. */
export interface Embedder {
  /** Changes when the vectors would: stored beside them, so that old ones are made again. */
  readonly version: string;
  readonly dimensions: number;
  /** One unit-length vector a text, in order. Throws EMBEDDER_UNAVAILABLE (retryable) when its worker was lost. */
  embed(texts: readonly string[]): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}
