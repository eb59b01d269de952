import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from '@fathom/neural/random';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findPartners } from './partner-search.ts';

let scratchFolder: string;
beforeAll(async () => {
  scratchFolder = await mkdtemp(join(tmpdir(), 'fathom-partners-'));
});
afterAll(() => rm(scratchFolder, { recursive: true, force: true }));

async function* listed<T>(items: readonly T[]) {
  yield* items;
}

const random = createRandom(8);
const drawn = () => Float32Array.from({ length: 6 }, () => random.normal());

test('as many texts find their partners, among partners that lie on the disk, as do when all are compared in memory', async () => {
  const partners = new Map(Array.from({ length: 40 }, (_, at) => [`partner ${at}`, drawn()]));
  // Each text lies near its partner, some of them nearer to another.
  const pairs = Array.from({ length: 200 }, (_, at) => ({
    anchor: `text ${at}`,
    positive: `partner ${(at * 7) % 40}`,
  }));
  const texts = new Map(
    pairs.map(({ anchor, positive }) => [
      anchor,
      Float32Array.from(partners.get(positive)!, (value) => value + 0.8 * random.normal()),
    ]),
  );
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  const expected = pairs.filter(({ anchor, positive }) => {
    const products = [...partners].map(([name, vector]) => ({
      name,
      product: product(texts.get(anchor)!, vector),
    }));
    return products.sort((a, b) => b.product - a.product)[0]!.name === positive;
  }).length;
  expect(expected).toBeGreaterThan(60);
  expect(expected).toBeLessThan(195);

  const vectorsOf = async (asked: readonly string[]) =>
    asked.map((text) => (texts.get(text) ?? partners.get(text))!);
  // Blocks of three partners, and one of all.
  for (const blockBytes of [3 * 6 * 4, 2 ** 20]) {
    const found = await findPartners(listed(pairs), vectorsOf, { batchSize: 16, scratchFolder, blockBytes });
    expect(found).toBe(expected);
  }
  expect(await readdir(join(scratchFolder, 'vectors'))).toEqual([]);
});

test('of partners that are equally near the first one counts', async () => {
  const pairs = [
    { anchor: 'a', positive: 'x' },
    { anchor: 'b', positive: 'y' },
  ];
  const same = async (asked: readonly string[]) => asked.map(() => Float32Array.of(1, 0));
  expect(await findPartners(listed(pairs), same, { batchSize: 2, scratchFolder })).toBe(1);
});
