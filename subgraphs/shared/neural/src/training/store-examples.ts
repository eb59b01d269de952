import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../files.ts';
import { type Conversation, examplesFileName, serializeExamples } from './examples-file.ts';

/** Keeps a file or folder for ever and names it by its content. */
export interface ContentStore {
  put(localPath: string): Promise<{ readonly uri: string }>;
}

export interface StoredExamples {
  readonly artifactUri: string;
  /** Of the one file, hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly exampleCount: number;
}

/** Stores examples in their canonical form: equal examples have one hash, whatever they were written in. */
export async function storeExamples(
  store: ContentStore,
  examples: readonly Conversation[],
): Promise<StoredExamples> {
  const bytes = Buffer.from(serializeExamples(examples));
  const folder = await mkdtemp(join(tmpdir(), 'fathom-examples-'));
  try {
    const file = join(folder, examplesFileName);
    await writeFile(file, bytes);
    const { uri } = await store.put(file);
    return {
      artifactUri: uri,
      sha256: sha256(bytes),
      sizeBytes: bytes.byteLength,
      exampleCount: examples.length,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
