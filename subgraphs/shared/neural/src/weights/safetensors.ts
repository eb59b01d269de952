/** Tensors in and out of safetensors files (github.com/huggingface/safetensors); `safetensors-header.ts` has the format. */
import { type FileHandle, open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { bytesOf, writeFileAtomically } from '../files.ts';
import { widenBfloat16, widenFloat16 } from './half-precision.ts';
import { failWith, headerLength, parseHeader, type TensorRange } from './safetensors-header.ts';
import type { Tensor, TensorMap } from './tensor.ts';

/**
 * Every tensor as float32; integer buffers are left out. One tensor's bytes are in memory at a time beside the result, so
 * a file may be larger than Node reads at once. Throws `SAFETENSORS_CORRUPT` with the file's name and what is wrong.
 */
export async function readSafetensors(path: string): Promise<TensorMap> {
  const file = await open(path);
  try {
    const fail = failWith(path);
    const { size } = await file.stat();
    const length = headerLength(await readRange(file, 0, Math.min(8, size)), size, fail);
    const bodyStart = 8 + length;
    const ranges = parseHeader(await readRange(file, 8, length), size - bodyStart, fail);
    const tensors = new Map<string, Tensor>();
    for (const range of ranges.filter(isFloat)) {
      const bytes = await readRange(file, bodyStart + range.start, range.end - range.start);
      tensors.set(range.name, { dims: range.shape, data: decode(range, bytes) });
    }
    return tensors;
  } finally {
    await file.close();
  }
}

export function parseSafetensors(bytes: Uint8Array, source = 'safetensors'): TensorMap {
  const fail = failWith(source);
  const bodyStart = 8 + headerLength(bytes, bytes.byteLength, fail);
  const body = bytes.subarray(bodyStart);
  const ranges = parseHeader(bytes.subarray(8, bodyStart), body.byteLength, fail);
  return new Map(
    ranges.filter(isFloat).map((range): [string, Tensor] => {
      // A copy: the bytes need not be aligned, and the tensors must not keep the whole file alive.
      const copy = body.slice(range.start, range.end);
      return [range.name, { dims: range.shape, data: decode(range, copy) }];
    }),
  );
}

/**
 * A file with float32 tensors, in the map's order: its header, then each tensor's own memory. A file may be larger than an
 * array can be, and nothing is copied to write it.
 */
export function safetensorsPieces(
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
): readonly Uint8Array[] {
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
  const header = new Uint8Array(8 + headerBytes).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerBytes), true);
  header.set(json, 8);
  return [header, ...[...tensors.values()].map(({ data }) => bytesOf(data))];
}

/** The same in one piece. */
export const serializeSafetensors = (
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array => new Uint8Array(Buffer.concat(safetensorsPieces(tensors, metadata)));

export async function writeSafetensors(
  path: string,
  tensors: TensorMap,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomically(path, serializeSafetensors(tensors, metadata));
}

function isFloat({ dtype }: TensorRange): boolean {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16';
}

/** In pieces: the system reads at most 2 GiB at once. */
async function readRange(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const piece = 2 ** 30;
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(piece, length - at), start + at);
    if (bytesRead === 0) throw new Error(`the file became shorter while it was read`);
    at += bytesRead;
  }
  return bytes;
}

/** `bytes` are the range's own, and aligned. */
function decode({ dtype }: TensorRange, bytes: Uint8Array): Float32Array {
  if (endianness() !== 'LE') throw new Error('safetensors are little endian; this machine is not');
  if (dtype === 'F32') return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  return dtype === 'BF16' ? widenBfloat16(halves) : widenFloat16(halves);
}
