/**
 * The bytes of a data set to its canonical file (equal examples give equal bytes), checked on the way. Holds a chunk of
 * what comes and a chunk of what goes, so the size of a data set does not matter; the disk's pace decides how fast it reads.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { type Conversation, serializeExamples } from '@fathom/neural/training/examples-file';
import { type DataSetProblem, ProblemList } from '../domain/data-set-problem.ts';
import { createExampleReader, type DataSetFormat, type ReadItem } from '../domain/example-reader.ts';
import { type Example, sampleSize } from '../domain/records.ts';
import { asStorageError } from './upload-files.ts';

export interface IngestOptions {
  readonly format: DataSetFormat;
  readonly bytes: AsyncIterable<Buffer>;
  /** Where the canonical file is written. */
  readonly file: string;
}

export type Ingested =
  | ({ readonly kind: 'valid' } & IngestedExamples)
  | {
      readonly kind: 'invalid';
      readonly message: string;
      readonly problemCount: number;
      readonly problems: readonly DataSetProblem[];
    };

export interface IngestedExamples {
  /** Of the canonical file, hexadecimal. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly exampleCount: number;
  readonly sample: readonly Example[];
}

/** One is held out. */
const minExamples = 2;

/** All or nothing: one wrong line and the file is of no use. Throws STORAGE_FULL. */
export async function ingestExamples({ format, bytes, file }: IngestOptions): Promise<Ingested> {
  const reader = createExampleReader(format);
  const problems = new ProblemList();
  const output = await openCanonicalFile(file);
  const take = async (items: readonly ReadItem[]) => {
    const examples: Conversation[] = [];
    for (const item of items) {
      if (item.kind === 'problem') problems.add(item.problem);
      else examples.push(item.example);
    }
    // What has a problem is read to its end to tell of all, and written no further.
    if (problems.count === 0) await output.write(examples);
  };
  try {
    for await (const chunk of bytes) {
      await take(reader.push(chunk));
      await letOthersRun();
    }
    await take(reader.end());
  } catch (error) {
    throw asStorageError(error, file);
  } finally {
    await output.close();
  }
  if (problems.count > 0) {
    const { count, shown } = problems;
    return { kind: 'invalid', message: problems.summary(), problemCount: count, problems: shown };
  }
  const written = output.written();
  if (written.exampleCount < minExamples) {
    const message = `A data set needs at least ${minExamples} examples, one of which is held out; this has ${written.exampleCount}.`;
    return { kind: 'invalid', message, problemCount: 0, problems: [] };
  }
  return { kind: 'valid', ...written };
}

async function openCanonicalFile(file: string) {
  const handle: FileHandle = await open(file, 'w');
  const hash = createHash('sha256');
  const sample: Example[] = [];
  let sizeBytes = 0;
  let exampleCount = 0;
  return {
    async write(examples: readonly Conversation[]): Promise<void> {
      if (examples.length === 0) return;
      const bytes = Buffer.from(serializeExamples(examples));
      hash.update(bytes);
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
      sizeBytes += bytes.length;
      exampleCount += examples.length;
      if (sample.length < sampleSize) sample.push(...examples.slice(0, sampleSize - sample.length));
    },
    written: (): IngestedExamples => ({ sha256: hash.copy().digest('hex'), sizeBytes, exampleCount, sample }),
    close: () => handle.close(),
  };
}
