/**
 * Very many small records in one file, written once, read in any order.
 *
 *     | "FTHPACK1" | record 0 | record 1 | … | lengths: u32 a record | records u64 | their bytes u64 | SHA-256 of all before it |
 *
 * Writing holds a megabyte, reading one record at a time; the lengths alone are kept, 4 bytes a record, and every 64th offset.
 * The file appears under its name complete or not at all. Opening reads it once against its hash; what is shorter than it was
 * when it was opened is told by the read that misses it. Numbers are little-endian.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NeuralError } from '../../errors.ts';
import { storageFull, syncFolder } from '../../files.ts';

const magic = Buffer.from('FTHPACK1');
const hashBytes = 32;
const footerBytes = 8 + 8 + hashBytes;
const bufferBytes = 1 << 20;
const offsetEvery = 64;

export interface RecordWriter {
  /** Of at most a megabyte. */
  add(record: Uint8Array): Promise<void>;
  /** Makes the file durable under its name. */
  finish(): Promise<void>;
  /** Removes what was written, unless it was finished. */
  discard(): Promise<void>;
}

/** Throws STORAGE_FULL, from any call, where the disk is; nothing is left of the file then. */
export async function createRecordWriter(path: string): Promise<RecordWriter> {
  const temporary = `${path}.${process.pid}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(temporary, 'w');
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(bufferBytes);
  const lengths = createLengths();
  let filled = 0;
  let recordBytes = 0;
  let isOpen = true;

  async function flush(): Promise<void> {
    const part = buffer.subarray(0, filled);
    hash.update(part);
    await writeAll(file, part);
    filled = 0;
  }
  async function put(bytes: Uint8Array): Promise<void> {
    if (filled + bytes.byteLength > bufferBytes) await flush();
    buffer.set(bytes, filled);
    filled += bytes.byteLength;
  }
  async function discard(): Promise<void> {
    if (!isOpen) return;
    isOpen = false;
    await file.close();
    await rm(temporary, { force: true });
  }
  async function orDiscard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await discard();
      throw storageFull(path, error) ?? error;
    }
  }
  await orDiscard(() => put(magic));
  return {
    add: (record) =>
      orDiscard(async () => {
        if (record.byteLength > bufferBytes) throw new RangeError(`a record of ${record.byteLength} bytes`);
        await put(record);
        lengths.push(record.byteLength);
        recordBytes += record.byteLength;
      }),
    finish: () =>
      orDiscard(async () => {
        for (const part of lengths.parts()) await put(part);
        const sums = Buffer.alloc(16);
        sums.writeBigUInt64LE(BigInt(lengths.count), 0);
        sums.writeBigUInt64LE(BigInt(recordBytes), 8);
        await put(sums);
        await flush();
        await writeAll(file, hash.digest());
        await file.sync();
        await file.close();
        isOpen = false;
        await rename(temporary, path);
        await syncFolder(dirname(path));
      }),
    discard,
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await file.write(bytes, at, bytes.byteLength - at)).bytesWritten;
  }
}

/** Numbers that come one by one, in blocks. */
function createLengths() {
  const blockLength = 1 << 16;
  const blocks: Uint32Array[] = [];
  let count = 0;
  return {
    get count() {
      return count;
    },
    push(length: number) {
      const at = count % blockLength;
      if (at === 0) blocks.push(new Uint32Array(blockLength));
      blocks[blocks.length - 1]![at] = length;
      count += 1;
    },
    parts: () =>
      blocks.map((block, index) => {
        const used = block.subarray(0, Math.min(blockLength, count - index * blockLength));
        return new Uint8Array(used.buffer, 0, used.byteLength);
      }),
  };
}

export interface RecordFile {
  readonly count: number;
  /** Bytes of each. */
  readonly lengths: Uint32Array;
  /** Throws PACKED_EXAMPLES_CORRUPT where the file became shorter. */
  read(record: number): Uint8Array;
  close(): void;
}

/** Throws PACKED_EXAMPLES_CORRUPT, naming the file, where it is not what was written. */
export async function openRecordFile(path: string): Promise<RecordFile> {
  const { size } = await stat(path);
  const descriptor = openSync(path, 'r');
  try {
    const { count, recordBytes } = await readFooter(path, descriptor, size);
    const lengths = new Uint32Array(count);
    readExactly(new Uint8Array(lengths.buffer), magic.length + recordBytes);
    const offsets = everyOffset(lengths);
    return {
      count,
      lengths,
      read(record) {
        let offset = offsets[Math.floor(record / offsetEvery)]!;
        for (let before = record - (record % offsetEvery); before < record; before += 1)
          offset += lengths[before]!;
        const bytes = new Uint8Array(lengths[record]!);
        readExactly(bytes, offset);
        return bytes;
      },
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }

  function readExactly(into: Uint8Array, offset: number): void {
    for (let at = 0; at < into.byteLength; ) {
      const bytesRead = readSync(descriptor, into, at, into.byteLength - at, offset + at);
      if (bytesRead === 0) throw corrupt(path, `it ends before byte ${offset + into.byteLength}`);
      at += bytesRead;
    }
  }
}

async function readFooter(path: string, descriptor: number, size: number) {
  if (size < magic.length + footerBytes) throw corrupt(path, `it has ${size} bytes only`);
  const footer = Buffer.alloc(footerBytes);
  readSync(descriptor, footer, 0, footerBytes, size - footerBytes);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: size - hashBytes - 1, highWaterMark: bufferBytes }))
    hash.update(chunk as Buffer);
  if (!hash.digest().equals(footer.subarray(16)))
    throw corrupt(path, 'it was cut off, or differs from the checksum recorded in it');
  const count = Number(footer.readBigUInt64LE(0));
  return { count, recordBytes: Number(footer.readBigUInt64LE(8)) };
}

function everyOffset(lengths: Uint32Array): Float64Array {
  const offsets = new Float64Array(Math.ceil(lengths.length / offsetEvery));
  let offset = magic.length;
  lengths.forEach((length, record) => {
    if (record % offsetEvery === 0) offsets[record / offsetEvery] = offset;
    offset += length;
  });
  return offsets;
}

function corrupt(path: string, problem: string): NeuralError {
  return new NeuralError('PACKED_EXAMPLES_CORRUPT', `packed examples ${path}: ${problem}`, {
    details: { path },
  });
}
