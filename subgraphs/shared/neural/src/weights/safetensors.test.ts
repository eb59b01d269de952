import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NeuralError } from '../errors.ts';
import { createRandom } from '../random.ts';
import { widenBfloat16, widenFloat16 } from './half-precision.ts';
import {
  parseSafetensors,
  readSafetensors,
  safetensorsPieces,
  serializeSafetensors,
  writeSafetensors,
} from './safetensors.ts';

function file(header: unknown, bodyBytes: number, options: { claim?: bigint } = {}): Uint8Array {
  const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + bodyBytes);
  new DataView(bytes.buffer).setBigUint64(0, options.claim ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const f32 = (shape: number[], start: number, end: number) => ({
  dtype: 'F32',
  shape,
  data_offsets: [start, end],
});

describe('safetensors', () => {
  it('reads back bitwise what it wrote, whatever the names and shapes', () => {
    const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((dims) =>
      fc
        .array(fc.float(), {
          minLength: dims.reduce((a, b) => a * b, 1),
          maxLength: dims.reduce((a, b) => a * b, 1),
        })
        .map((values) => ({ dims, data: Float32Array.from(values) })),
    );
    const name = fc
      .string({ minLength: 1 })
      .filter((text) => text !== '__metadata__' && text !== '__proto__');
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key }), (entries) => {
        const read = parseSafetensors(serializeSafetensors(new Map(entries), { format: 'pt' }));
        expect(new Map(read)).toEqual(new Map(entries));
      }),
    );
  });

  it('leaves one file behind and no temporary one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fathom-safetensors-'));
    const tensors = new Map([['a', { dims: [2], data: Float32Array.of(1.5, -2) }]]);
    await writeSafetensors(join(folder, 'x.safetensors'), tensors);
    await writeSafetensors(join(folder, 'x.safetensors'), tensors);
    expect(await readdir(folder)).toEqual(['x.safetensors']);
    expect(await readSafetensors(join(folder, 'x.safetensors'))).toEqual(tensors);
    await rm(folder, { recursive: true });
  });

  it('widens half precision exactly', () => {
    expect([...widenFloat16(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x3555))]).toEqual([
      1,
      -2,
      2 ** -24,
      65_504,
      Number.POSITIVE_INFINITY,
      0.333251953125,
    ]);
    expect([...widenBfloat16(Uint16Array.of(0x3f80, 0xc040, 0x7f80))]).toEqual([
      1,
      -3,
      Number.POSITIVE_INFINITY,
    ]);
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'too few'],
    ['a header length beyond the file', file({}, 0, { claim: 4_000n }), 'truncated'],
    ['a header length that would exhaust memory', file({}, 0, { claim: 2n ** 63n }), 'at most 100000000'],
    ['a header that is not JSON', file('{"a":', 0), 'not valid JSON'],
    ['a header that is an array', file([1], 0), 'not a JSON object'],
    ['an entry without offsets', file({ a: { dtype: 'F32', shape: [1] } }, 4), 'tensor a'],
    [
      'an element type it does not know',
      file({ a: { dtype: 'F8_E4M3', shape: [1], data_offsets: [0, 1] } }, 1),
      'F8_E4M3',
    ],
    ['a negative dimension', file({ a: f32([-1], 0, 4) }, 4), 'tensor a'],
    ['a shape that overflows', file({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, 4), 'expected'],
    [
      'a tensor cut off by the end of the file',
      file({ a: f32([4], 0, 16) }, 12),
      'tensor a: ends at byte 16, the file has 12',
    ],
    ['a byte count that contradicts the shape', file({ a: f32([2], 0, 12) }, 12), '12 bytes for shape [2]'],
    ['tensors that overlap', file({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), 'tensor b: overlaps'],
    [
      'bytes between tensors',
      file({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12),
      'bytes 4 to 8 belong to no tensor',
    ],
    ['bytes after the last tensor', file({ a: f32([1], 0, 4) }, 8), '4 bytes after the last tensor'],
  ])('refuses %s, saying what is wrong, in memory and on the disk', async (_, bytes, problem) => {
    const parse = () => parseSafetensors(bytes, 'model.safetensors');
    expect(parse).toThrow(NeuralError);
    expect(parse).toThrow(/^model\.safetensors: /);
    expect(parse).toThrow(problem);
    const folder = await mkdtemp(join(tmpdir(), 'fathom-safetensors-'));
    const path = join(folder, 'model.safetensors');
    await writeFile(path, bytes);
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'SAFETENSORS_CORRUPT',
      message: expect.stringContaining(problem),
    });
    await rm(folder, { recursive: true });
  });

  it('whatever one byte of a header is changed to, the file is read within its bounds or refused', async () => {
    const tensors = new Map([
      ['a', { dims: [2], data: Float32Array.of(1, 2) }],
      ['b', { dims: [1, 3], data: Float32Array.of(3, 4, 5) }],
    ]);
    const whole = serializeSafetensors(tensors);
    const headerEnd = whole.length - 20;
    const random = createRandom(7);
    let refused = 0;
    for (let round = 0; round < 2_000; round += 1) {
      const changed = whole.slice();
      changed[random.below(headerEnd)] = random.below(256);
      try {
        // What is taken for sound holds the file's own 20 bytes and no others.
        const elements = [...parseSafetensors(changed).values()].flatMap(({ data }) => [...data]);
        expect(elements.length).toBeLessThanOrEqual(10);
        if (elements.length === 5) expect(elements.sort()).toEqual([1, 2, 3, 4, 5]);
      } catch (error) {
        if (!(error instanceof NeuralError)) throw error;
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(1_000);
  });

  it('leaves integer buffers out, and checks their place all the same', () => {
    const buffer = { dtype: 'I64', shape: [2], data_offsets: [4, 20] };
    expect([...parseSafetensors(file({ a: f32([1], 0, 4), position_ids: buffer }, 20)).keys()]).toEqual([
      'a',
    ]);
    const short = { ...buffer, shape: [3] };
    expect(() => parseSafetensors(file({ a: f32([1], 0, 4), position_ids: short }, 20))).toThrow(
      'expected 24',
    );
  });

  it('refuses a file on the disk that is cut off', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fathom-safetensors-'));
    const path = join(folder, 'x.safetensors');
    const whole = serializeSafetensors(new Map([['weight', { dims: [3], data: Float32Array.of(1, 2, 3) }]]));
    await writeFile(path, whole);
    expect((await readSafetensors(path)).get('weight')).toEqual({
      dims: [3],
      data: Float32Array.of(1, 2, 3),
    });
    for (const length of [0, 5, 8, 40, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readSafetensors(path)).rejects.toMatchObject({ code: 'SAFETENSORS_CORRUPT' });
    }
    await rm(folder, { recursive: true });
  });

  it('refuses every truncation of a valid file', () => {
    const whole = serializeSafetensors(
      new Map([['weight', { dims: [2, 3], data: new Float32Array(6).fill(0.5) }]]),
    );
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => parseSafetensors(whole.subarray(0, length))).toThrow(NeuralError);
    }
  });
});

it('a file is written from the memory that its tensors are in, not from a copy', () => {
  const data = Float32Array.of(1, 2, 3);
  const [, piece] = safetensorsPieces(new Map([['weight', { dims: [3], data }]]));
  expect(piece!.buffer).toBe(data.buffer);
});
