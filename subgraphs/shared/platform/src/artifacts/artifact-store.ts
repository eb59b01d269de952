/**
 * Artifacts (weights, data sets, checkpoints): immutable, content-addressed trees of files.
 * An artifact is a folder; its URI names its content, so a URI in an event means the same bytes for ever.
 */
export interface Artifact {
  /** `artifact:sha256-<hex of the manifest>`: stable across stores. */
  readonly uri: string;
  readonly sizeBytes: number;
}

export interface ArtifactStore {
  readonly implementation: string;
  /** Stores a folder (or a single file, as a folder of one). Atomic: the URI exists only once all is durable. */
  put(localPath: string): Promise<Artifact>;
  /**
   * A local read-only folder with the artifact's files, each verified against its hash.
   * Throws AppError ARTIFACT_CORRUPT naming the file, or NOT_FOUND.
   */
  fetch(uri: string): Promise<string>;
  /**
   * Forgets an artifact; one that is not there is no error. Only whoever knows that nobody else has the URI may: equal
   * content of others is the same artifact.
   */
  remove(uri: string): Promise<void>;
  ping(): Promise<void>;
}
