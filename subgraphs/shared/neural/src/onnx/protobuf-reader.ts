/**
 * The reading side of `protobuf.ts`, over bytes that need not be in memory: of a model of gigabytes only the field headers
 * and the small fields are read.
 *
 * Invariant: every field ends within the message that holds it; a file that was cut off or is no protocol buffer throws
 * `ONNX_CORRUPT` with the byte where that shows.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { NeuralError } from '../errors.ts';

export interface ByteSource {
  /** Names the bytes in errors. */
  readonly name: string;
  readonly length: number;
  /** A view or a copy of the bytes; both ends lie within the source. */
  read(start: number, end: number): Uint8Array;
}

export function bytesSource(bytes: Uint8Array, name: string): ByteSource {
  return { name, length: bytes.byteLength, read: (start, end) => bytes.subarray(start, end) };
}

const windowBytes = 1 << 16;

/** A file, read through a window: field headers that lie near each other cost one read. */
export function withFileSource<T>(path: string, use: (source: ByteSource) => T): T {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    let window: Uint8Array = new Uint8Array();
    let windowStart = 0;
    const fill = (start: number, count: number): Uint8Array => {
      const bytes = new Uint8Array(count);
      let at = 0;
      while (at < count) {
        const got = readSync(file, bytes, at, count - at, start + at);
        if (got === 0) break;
        at += got;
      }
      return bytes.subarray(0, at);
    };
    return use({
      name: path,
      length: size,
      read(start, end) {
        if (end - start > windowBytes) return fill(start, end - start);
        if (start < windowStart || end > windowStart + window.byteLength) {
          window = fill(start, Math.min(windowBytes, size - start));
          windowStart = start;
        }
        return window.subarray(start - windowStart, end - windowStart);
      },
    });
  } finally {
    closeSync(file);
  }
}

export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint or a fixed number of bytes. */
  readonly value: bigint;
  /** Of a length-delimited field, within the source. */
  readonly start: number;
  readonly end: number;
}

/** The fields of a message that lies at `start` to `end` of the source, in order. */
export function* readFields(source: ByteSource, start = 0, end = source.length): Generator<Field> {
  let at = start;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= end) throw corrupt(source, at, 'the file ends within a number: it is truncated');
      const byte = source.read(at, at + 1)[0] ?? 0;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw corrupt(source, at, 'a number has more than ten bytes: this is no ONNX file');
  };
  const fixed = (bytes: number): Field['value'] => {
    if (at + bytes > end) throw corrupt(source, at, 'the file ends within a number: it is truncated');
    const view = source.read(at, at + bytes);
    at += bytes;
    return view.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  };
  while (at < end) {
    const tag = Number(varint());
    const [number, wireType] = [tag >>> 3, tag & 7];
    if (number === 0) throw corrupt(source, at, 'a field has the number 0: this is no ONNX file');
    if (wireType === 0) yield { number, wireType, value: varint(), start: at, end: at };
    else if (wireType === 1) yield { number, wireType, value: fixed(8), start: at, end: at };
    else if (wireType === 5) yield { number, wireType, value: fixed(4), start: at, end: at };
    else if (wireType === 2) {
      const length = varint();
      if (length > BigInt(end - at))
        throw corrupt(
          source,
          at,
          `field ${number} claims ${length} bytes, ${end - at} are left: the file is truncated`,
        );
      const field = { number, wireType, value: 0n, start: at, end: at + Number(length) };
      yield field;
      at = field.end;
    } else throw corrupt(source, at, `wire type ${wireType} is unknown: this is no ONNX file`);
  }
}

export function readText(source: ByteSource, { start, end }: Field): string {
  return new TextDecoder().decode(source.read(start, end));
}

function corrupt(source: ByteSource, at: number, problem: string): NeuralError {
  return new NeuralError('ONNX_CORRUPT', `${source.name}: at byte ${at} ${problem}`, {
    details: { source: source.name, byte: at },
  });
}
