/** How uploads are taken: see `upload-relay.ts`. */
export interface UploadSettings {
  readonly maxChunkBytes: number;
  /** How long neither side may move a byte. */
  readonly patienceMs: number;
}
