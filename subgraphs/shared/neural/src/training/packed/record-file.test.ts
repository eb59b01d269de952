import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../random.ts';
import { createRecordWriter, openRecordFile } from './record-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fathom-records-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, records: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, name);
  const writer = await createRecordWriter(path);
  for (const record of records) await writer.add(record);
  await writer.finish();
  return path;
}

const random = createRandom(5);
const records = Array.from({ length: 3_000 }, (_, at) =>
  // Some are empty, and one is as long as the buffer.
  Uint8Array.from({ length: at === 700 ? 2 ** 20 : random.below(900) * (at % 5 === 0 ? 0 : 1) }, () =>
    random.below(256),
  ),
);

describe('a file of records', () => {
  it('gives back every record, in whatever order they are asked for', async () => {
    const file = await openRecordFile(await write('sound', records));
    expect(file.count).toBe(records.length);
    for (const at of [
      2_999,
      0,
      700,
      701,
      63,
      64,
      65,
      ...Array.from({ length: 500 }, () => random.below(3_000)),
    ])
      expect(Buffer.compare(file.read(at), records[at]!)).toBe(0);
    file.close();
    expect((await openRecordFile(await write('empty', []))).count).toBe(0);
  });

  it.each([
    ['its last byte is missing', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['only its head is left', (bytes: Buffer) => bytes.subarray(0, 20)],
    ['nothing is left', () => Buffer.alloc(0)],
    ['a bit of a record is another', (bytes: Buffer) => flipped(bytes, 1_000)],
    ['a bit of a length is another', (bytes: Buffer) => flipped(bytes, bytes.length - 60)],
    ['a bit of its sums is another', (bytes: Buffer) => flipped(bytes, bytes.length - 40)],
    ['a bit of its hash is another', (bytes: Buffer) => flipped(bytes, bytes.length - 1)],
  ])('is refused by name where %s', async (_, damage) => {
    const path = await write('damaged', records.slice(0, 50));
    await writeFile(path, damage(await readFile(path)));
    await expect(openRecordFile(path)).rejects.toMatchObject({
      code: 'PACKED_EXAMPLES_CORRUPT',
      message: expect.stringContaining(path),
    });
  });

  it('that is cut while it is read fails the read that misses its bytes, by name', async () => {
    const path = await write('cut', records.slice(0, 50));
    const file = await openRecordFile(path);
    await truncate(path, 100);
    expect(() => file.read(49)).toThrow(
      expect.objectContaining({ code: 'PACKED_EXAMPLES_CORRUPT', message: expect.stringContaining(path) }),
    );
    file.close();
  });

  it('that was not finished is not there', async () => {
    const writer = await createRecordWriter(join(folder, 'unfinished'));
    await writer.add(records[1]!);
    expect(await readdir(folder)).not.toContain('unfinished');
    await writer.discard();
    expect((await readdir(folder)).filter((name) => name.startsWith('unfinished'))).toEqual([]);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  bytes[at]! ^= 1;
  return bytes;
}
