/**
 * The safetensors format (github.com/huggingface/safetensors), read strictly: a file from elsewhere is untrusted input.
 *
 *   [ header length: u64 LE ][ header: JSON, space padded ][ tensor bytes, one after the other ]
 *
 * Invariant of a file that is accepted: the tensors cover the bytes after the header exactly, without gap or overlap,
 * and every tensor's byte count is its shape times its element size.
 */
import { readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { z } from 'zod';
import { NeuralError } from '../errors.ts';
import { bytesOf, writeFileAtomically } from '../files.ts';
import { widenBfloat16, widenFloat16 } from './half-precision.ts';
import { elementCount, type Tensor, type TensorMap } from './tensor.ts';

/** The reference implementation's bound; a longer header is an attack, not a model. */
const maxHeaderBytes = 100_000_000;
const bytesPerElement = { F32: 4, F16: 2, BF16: 2 } as const;
type DType = keyof typeof bytesPerElement;

const entry = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const header = z.record(z.string(), z.unknown());

/** Every tensor as float32. Throws `SAFETENSORS_CORRUPT` with the file's name and what is wrong. */
export async function readSafetensors(path: string): Promise<TensorMap> {
  return parseSafetensors(await readFile(path), path);
}

export function parseSafetensors(bytes: Uint8Array, source = 'safetensors'): TensorMap {
  const fail: Fail = (problem, cause) => {
    throw new NeuralError('SAFETENSORS_CORRUPT', `${source}: ${problem}`, {
      cause,
      details: { source, problem },
    });
  };
  const { entries, body } = splitFile(bytes, fail);
  const ranges = entries.map(([name, value]) => readEntry({ name, value, bodyBytes: body.byteLength, fail }));
  checkCoverage(ranges, body.byteLength, fail);
  return new Map(ranges.map((range) => [range.name, { dims: range.shape, data: decode(range, body) }]));
}

/** The bytes of a file with float32 tensors, in the map's order. */
export function serializeSafetensors(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let offset = 0;
  const entries: Record<string, unknown> =
    Object.keys(metadata).length === 0 ? {} : { __metadata__: metadata };
  for (const [name, { dims, data }] of tensors) {
    entries[name] = { dtype: 'F32', shape: dims, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(entries));
  // Padded so that the tensors start on a multiple of eight bytes.
  const headerBytes = Math.ceil(json.byteLength / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, 8);
  let at = 8 + headerBytes;
  for (const { data } of tensors.values()) {
    bytes.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return bytes;
}

export async function writeSafetensors(
  path: string,
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomically(path, serializeSafetensors(tensors, metadata));
}

type Fail = (problem: string, cause?: unknown) => never;
interface Range {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function splitFile(bytes: Uint8Array, fail: Fail) {
  if (bytes.byteLength < 8) fail(`${bytes.byteLength} bytes are too few for the header's length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeaderBytes))
    fail(`the header claims ${length} bytes; at most ${maxHeaderBytes} are allowed`);
  const bodyStart = 8 + Number(length);
  if (bodyStart > bytes.byteLength)
    fail(`the header claims ${length} bytes, the file has ${bytes.byteLength - 8}: it is truncated`);
  const parsed = header.safeParse(parseJson(bytes.subarray(8, bodyStart), fail));
  if (!parsed.success) return fail('the header is not a JSON object', parsed.error);
  const entries = Object.entries(parsed.data).filter(([name]) => name !== '__metadata__');
  return { entries, body: bytes.subarray(bodyStart) };
}

function parseJson(bytes: Uint8Array, fail: Fail): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return fail('the header is not valid JSON', error);
  }
}

function readEntry(options: { name: string; value: unknown; bodyBytes: number; fail: Fail }): Range {
  const { name, value, bodyBytes, fail } = options;
  const parsed = entry.safeParse(value);
  if (!parsed.success)
    return fail(`tensor ${name}: ${parsed.error.issues[0]?.message ?? 'malformed entry'}`, parsed.error);
  const { dtype, shape } = parsed.data;
  const [start, end] = parsed.data.data_offsets;
  if (!isSupported(dtype)) return fail(`tensor ${name}: element type ${dtype} is not one of F32, F16, BF16`);
  if (start > end) fail(`tensor ${name}: ends at ${end}, before its start ${start}`);
  if (end > bodyBytes)
    fail(`tensor ${name}: ends at byte ${end}, the file has ${bodyBytes}: it is truncated`);
  const expected = elementCount(shape) * bytesPerElement[dtype];
  if (end - start !== expected)
    fail(`tensor ${name}: ${end - start} bytes for shape [${shape}] of ${dtype}, expected ${expected}`);
  return { name, dtype, shape, start, end };
}

function isSupported(dtype: string): dtype is DType {
  return Object.hasOwn(bytesPerElement, dtype);
}

function checkCoverage(ranges: readonly Range[], bodyBytes: number, fail: Fail): void {
  let covered = 0;
  for (const range of [...ranges].sort((a, b) => a.start - b.start || a.end - b.end)) {
    if (range.start < covered)
      fail(`tensor ${range.name}: overlaps the one before it at byte ${range.start}`);
    if (range.start > covered) fail(`bytes ${covered} to ${range.start} belong to no tensor`);
    covered = range.end;
  }
  if (covered !== bodyBytes) fail(`${bodyBytes - covered} bytes after the last tensor belong to none`);
}

function decode(range: Range, body: Uint8Array): Tensor['data'] {
  // A copy: the bytes need not be aligned, and the tensors must not keep the whole file alive.
  const copy = body.slice(range.start, range.end);
  if (endianness() !== 'LE') throw new Error('safetensors are little endian; this machine is not');
  if (range.dtype === 'F32') return new Float32Array(copy.buffer, copy.byteOffset, copy.byteLength / 4);
  const halves = new Uint16Array(copy.buffer, copy.byteOffset, copy.byteLength / 2);
  return range.dtype === 'BF16' ? widenBfloat16(halves) : widenFloat16(halves);
}
