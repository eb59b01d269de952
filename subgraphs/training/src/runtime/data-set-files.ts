/** The stored files of data sets, for whoever wants to see a part of one. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineSplitter } from '@fathom/neural/byte-lines';
import type { Example } from '@fathom/neural/training/examples';
import { examplesFileName, parseExampleLine } from '@fathom/neural/training/examples-file';
import { KeyCensus } from '@fathom/neural/training/packed/key-census';
import { heldOutCount, splitKey } from '@fathom/neural/training/split';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import { foreignCursor } from '@fathom/platform/cursor';
import type { DataSet } from '../domain/records.ts';
import { raise } from '../errors.ts';
import { lineItems } from './ingest-examples.ts';

export interface StoredExample {
  readonly example: Example;
  /** Where the next one begins. */
  readonly nextOffset: number;
}

export interface SplitOptions {
  readonly seed: number;
  readonly heldOutShare: number;
}

export interface SplitCounts {
  readonly trainingCount: number;
  readonly heldOutCount: number;
}

export type DataSetFiles = ReturnType<typeof createDataSetFiles>;

const readBytes = 64 * 1024;
const maxLineBytes = 16 * 1024 * 1024;

export function createDataSetFiles(artifacts: ArtifactStore) {
  // What is immutable and was verified once need not be read whole again for each page of it.
  const verified = new Map<string, Promise<string>>();
  const splits = new Map<string, Promise<SplitCounts>>();

  /** A folder of the artifact store, verified. Throws what `fetch` does. */
  function folderOf(uri: string): Promise<string> {
    return remember(verified, uri, () => artifacts.fetch(uri));
  }

  async function fileOf({ id, artifactUri }: DataSet): Promise<string> {
    if (artifactUri === null) throw raise('DATA_SET_CONTENT_MISSING', { because: id });
    return join(await folderOf(artifactUri), examplesFileName);
  }

  return {
    folderOf,

    /** Throws DATA_SET_CONTENT_MISSING. */
    fileOf,

    /** So many examples from a byte on. Throws BAD_USER_INPUT where no example begins there. */
    async examples(dataSet: DataSet, offset: number, count: number): Promise<readonly StoredExample[]> {
      const handle = await open(await fileOf(dataSet), 'r');
      try {
        if (!(await beginsLine(handle, offset))) throw foreignCursor('list');
        return await readFrom(handle, offset, count);
      } finally {
        await handle.close();
      }
    },

    /** As a run divides them. Where no two examples are equal, their number says it; else all are read. */
    async split(dataSet: DataSet, options: SplitOptions): Promise<SplitCounts> {
      const { exampleCount, statistics, sha256 } = dataSet;
      if (statistics?.duplicateCount === 0)
        return complement(exampleCount, heldOutCount(exampleCount, options.heldOutShare));
      const key = `${sha256} ${options.seed} ${options.heldOutShare}`;
      return remember(splits, key, async () => countSplit(await fileOf(dataSet), options));
    },
  };
}

const complement = (total: number, heldOut: number): SplitCounts => ({
  trainingCount: total - heldOut,
  heldOutCount: heldOut,
});

async function countSplit(file: string, { seed, heldOutShare }: SplitOptions): Promise<SplitCounts> {
  const folder = await mkdtemp(join(tmpdir(), 'fathom-split-'));
  const census = new KeyCensus(join(folder, 'census'));
  try {
    const handle = await open(file, 'r');
    for await (const items of lineItems('JSONL', handle.createReadStream())) {
      const keys = items.flatMap((item) => (item.kind === 'example' ? [splitKey(item.example, seed)] : []));
      await census.add(keys);
    }
    const { total, distinct } = await census.count();
    return complement(total, await census.amongLowest(heldOutCount(distinct, heldOutShare)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function beginsLine(handle: FileHandle, offset: number): Promise<boolean> {
  if (offset === 0) return true;
  const { size } = await handle.stat();
  if (offset > size) return false;
  const before = Buffer.alloc(1);
  await handle.read(before, 0, 1, offset - 1);
  return before[0] === 0x0a;
}

async function readFrom(
  handle: FileHandle,
  offset: number,
  count: number,
): Promise<readonly StoredExample[]> {
  const splitter = new LineSplitter(maxLineBytes);
  const found: StoredExample[] = [];
  const chunk = Buffer.alloc(readBytes);
  for (let at = offset; found.length < count; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    // A copy of what is held beyond this chunk is made by the splitter; what ends in it is parsed at once.
    for (const line of splitter.push(chunk.subarray(0, bytesRead))) {
      if (line.kind === 'too-long' || found.length === count) continue;
      const example = parseExampleLine(line.bytes.toString('utf8'));
      if ('problem' in example) continue;
      found.push({ example, nextOffset: offset + line.byteOffset + line.bytes.length + 1 });
    }
  }
  return found;
}

const maxRemembered = 1_000;

/** What failed is tried again by the next who asks; what was asked for first is forgotten first. */
function remember<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const found = known.get(key);
  if (found) return found;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  const [oldest] = known.keys();
  if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
  return made;
}
