/**
 * Examples as they are read to a data set's canonical file (equal examples give equal bytes), with what is to be told of it.
 * Holds a chunk of what comes and a chunk of what goes, so the size of a data set does not matter; the disk's pace decides
 * how fast it is read.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import type { Example } from '@fathom/neural/training/examples';
import { serializeExamples } from '@fathom/neural/training/examples-file';
import { KeyCensus } from '@fathom/neural/training/packed/key-census';
import { splitKey } from '@fathom/neural/training/split';
import { type DataSetProblem, ProblemList } from '../domain/data-set-problem.ts';
import { createExampleReader, type LineFormat, type ReadItem } from '../domain/example-reader.ts';
import { ExampleStatistics, type Statistics } from '../domain/example-statistics.ts';
import { type SampleExample, sampleSize, toSample } from '../domain/records.ts';
import type { TrainingTask } from '../domain/training-task.ts';
import { asStorageError } from './upload-files.ts';

export type Items = AsyncIterable<readonly ReadItem[]>;

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
  readonly sample: readonly SampleExample[];
  readonly statistics: Statistics;
}

/** One is held out. */
const minExamples = 2;

/** What is read as it arrives. */
export async function* lineItems(
  format: LineFormat,
  bytes: AsyncIterable<Buffer>,
  task?: TrainingTask,
): Items {
  const reader = createExampleReader(format, task);
  for await (const chunk of bytes) yield reader.push(chunk);
  yield reader.end();
}

/** All or nothing: one wrong line and the file is of no use. Throws STORAGE_FULL. */
export async function ingestExamples(items: Items, file: string): Promise<Ingested> {
  const problems = new ProblemList();
  const output = await openCanonicalFile(file);
  const summary = new Summary(join(dirname(file), 'census'));
  try {
    for await (const found of items) {
      const examples: Example[] = [];
      for (const item of found) {
        if (item.kind === 'problem') problems.add(item.problem);
        else examples.push(item.example);
      }
      // What has a problem is read to its end to tell of all, and written no further.
      if (problems.count === 0) {
        await output.write(examples);
        await summary.add(examples);
      }
      await letOthersRun();
    }
    if (problems.count > 0) {
      const { count, shown } = problems;
      return { kind: 'invalid', message: problems.summary(), problemCount: count, problems: shown };
    }
    if (summary.exampleCount < minExamples) {
      const message = `A data set needs at least ${minExamples} examples, one of which is held out; this has ${summary.exampleCount}.`;
      return { kind: 'invalid', message, problemCount: 0, problems: [] };
    }
    return { kind: 'valid', ...output.written(), ...(await summary.result()) };
  } catch (error) {
    throw asStorageError(error, file);
  } finally {
    await output.close();
    await summary.close();
  }
}

/** What is to be told of a canonical file that is there already. `folder` is for what does not fit into memory. */
export async function describeExamples(
  file: string,
  folder: string,
): Promise<Omit<IngestedExamples, 'sha256' | 'sizeBytes'>> {
  const summary = new Summary(join(folder, 'census'));
  try {
    const bytes = createReadStream(file, { highWaterMark: 256 * 1024 });
    for await (const found of lineItems('JSONL', bytes)) {
      await summary.add(found.flatMap((item) => (item.kind === 'example' ? [item.example] : [])));
      await letOthersRun();
    }
    return await summary.result();
  } finally {
    await summary.close();
  }
}

/** Any seed will do to tell equal examples from others. */
const censusSeed = 0;

class Summary {
  exampleCount = 0;
  readonly #sample: SampleExample[] = [];
  readonly #statistics = new ExampleStatistics();
  readonly #census: KeyCensus;

  constructor(folder: string) {
    this.#census = new KeyCensus(folder);
  }

  async add(examples: readonly Example[]): Promise<void> {
    for (const example of examples) this.#statistics.add(example);
    this.exampleCount += examples.length;
    const room = sampleSize - this.#sample.length;
    if (room > 0) this.#sample.push(...examples.slice(0, room).map(toSample));
    await this.#census.add(examples.map((example) => splitKey(example, censusSeed)));
  }

  async result() {
    const { total, distinct } = await this.#census.count();
    const { exampleCount } = this;
    return { exampleCount, sample: this.#sample, statistics: this.#statistics.result(total - distinct) };
  }

  close(): Promise<void> {
    return this.#census.remove();
  }
}

async function openCanonicalFile(file: string) {
  const handle: FileHandle = await open(file, 'w');
  const hash = createHash('sha256');
  let sizeBytes = 0;
  return {
    async write(examples: readonly Example[]): Promise<void> {
      if (examples.length === 0) return;
      const bytes = Buffer.from(serializeExamples(examples));
      hash.update(bytes);
      for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
      sizeBytes += bytes.length;
    },
    written: () => ({ sha256: hash.copy().digest('hex'), sizeBytes }),
    close: () => handle.close(),
  };
}
