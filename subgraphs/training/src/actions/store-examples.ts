import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examplesFileName, serializeExamples } from '@fathom/neural/training/examples-file';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Example } from '../domain/records.ts';

export interface StoredExamples {
  readonly artifactUri: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly exampleCount: number;
  readonly sample: readonly Example[];
}

/** As many as `DataSet.sample` shows at most. */
export const sampleSize = 50;

/** Stores examples in their canonical form, so that equal examples have one hash whatever they were written in. */
export async function storeExamples(
  artifacts: ArtifactStore,
  examples: readonly Example[],
): Promise<StoredExamples> {
  const bytes = Buffer.from(serializeExamples(examples));
  const folder = await mkdtemp(join(tmpdir(), 'fathom-data-set-'));
  try {
    const file = join(folder, examplesFileName);
    await writeFile(file, bytes);
    const { uri } = await artifacts.put(file);
    return {
      artifactUri: uri,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.byteLength,
      exampleCount: examples.length,
      sample: examples.slice(0, sampleSize),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
