/**
 * How often each of very many keys occurs, in little memory: keys are dealt into buckets by their first bits, a bucket that
 * fills is appended to a file, and at the end one bucket at a time is sorted.
 *
 *     key (hex) -> its first 64 bits -> bucket (the first 6 of them) -> 64 kB in memory -> <folder>/<bucket>
 *
 * 100 million examples cost 4 MB while they come, and 12 MB at the end. That two different ones of so many share 64 bits
 * has a probability of 0.0003.
 */
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const bucketBits = 6;
const bucketCount = 1 << bucketBits;
const keyBytes = 8;
const bufferBytes = 64 * 1024;

export interface Census {
  readonly total: number;
  readonly distinct: number;
}

interface Bucket {
  readonly buffer: Buffer;
  filled: number;
  spilledBytes: number;
}

export class KeyCensus {
  readonly #folder: string;
  readonly #buckets: (Bucket | undefined)[] = new Array(bucketCount);

  /** The folder is made where it is needed; {@link remove} removes it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keys of at least 16 hexadecimal digits, evenly spread, as hashes are. */
  async add(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const at = Number.parseInt(key.slice(0, 2), 16) >> (8 - bucketBits);
      const bucket = this.#bucket(at);
      bucket.buffer.write(key.slice(0, 2 * keyBytes), bucket.filled, 'hex');
      bucket.filled += keyBytes;
      if (bucket.filled === bucket.buffer.length) await this.#spill(bucket, at);
    }
  }

  async count(): Promise<Census> {
    let total = 0;
    let distinct = 0;
    for (let at = 0; at < bucketCount; at += 1) {
      const keys = await this.#sorted(at);
      total += keys.length;
      distinct += countRuns(keys).length;
    }
    return { total, distinct };
  }

  /** How many of the keys, repetitions included, are among the so many lowest different ones. */
  async amongLowest(distinctKeys: number): Promise<number> {
    let left = distinctKeys;
    let among = 0;
    for (let at = 0; at < bucketCount && left > 0; at += 1) {
      const runs = countRuns(await this.#sorted(at)).slice(0, left);
      among += runs.reduce((sum, length) => sum + length, 0);
      left -= runs.length;
    }
    return among;
  }

  /** The so-manieth lowest of the different keys, its first 16 digits; counts from 1. Undefined where there are fewer. */
  async lowest(nth: number): Promise<string | undefined> {
    let left = nth;
    for (let at = 0; at < bucketCount; at += 1) {
      const distinct = distinctOf(await this.#sorted(at));
      if (left <= distinct.length) return distinct[left - 1]!.toString(16).padStart(2 * keyBytes, '0');
      left -= distinct.length;
    }
    return undefined;
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #bucket(at: number): Bucket {
    const bucket = this.#buckets[at] ?? { buffer: Buffer.alloc(bufferBytes), filled: 0, spilledBytes: 0 };
    this.#buckets[at] = bucket;
    return bucket;
  }

  async #spill(bucket: Bucket, at: number): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await appendFile(join(this.#folder, String(at)), bucket.buffer.subarray(0, bucket.filled));
    bucket.spilledBytes += bucket.filled;
    bucket.filled = 0;
  }

  async #sorted(at: number): Promise<BigUint64Array> {
    const bucket = this.#buckets[at];
    if (!bucket) return new BigUint64Array();
    const kept = bucket.buffer.subarray(0, bucket.filled);
    const bytes =
      bucket.spilledBytes === 0
        ? kept
        : Buffer.concat([await readFile(join(this.#folder, String(at))), kept]);
    const keys = new BigUint64Array(bytes.length / keyBytes);
    for (let index = 0; index < keys.length; index += 1)
      keys[index] = bytes.readBigUInt64BE(index * keyBytes);
    return keys.sort();
  }
}

/** The lengths of runs of equal keys, in their order. */
function countRuns(sorted: BigUint64Array): number[] {
  const runs: number[] = [];
  for (let index = 0; index < sorted.length; index += 1) {
    if (index > 0 && sorted[index] === sorted[index - 1]) runs[runs.length - 1]! += 1;
    else runs.push(1);
  }
  return runs;
}

const distinctOf = (sorted: BigUint64Array): BigUint64Array =>
  sorted.filter((key, index) => index === 0 || key !== sorted[index - 1]);
