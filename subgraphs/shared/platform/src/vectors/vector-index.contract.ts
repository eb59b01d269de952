/** What every vector index must do: the promises of vector-types.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VectorIndex, VectorItem } from './vector-types.ts';

export interface VectorIndexTarget {
  /** What `implementation` must say. */
  readonly implementation: RegExp;
  /** An index of this name; twice the same name is two processes' view of one index. */
  open(name: string, dimensions: number): Promise<VectorIndex>;
  close(): Promise<void>;
}

export function vectorIndexContract(openTarget: () => Promise<VectorIndexTarget>): void {
  let target: VectorIndexTarget;
  let count = 0;
  let name: string;

  beforeAll(async () => {
    target = await openTarget();
  });
  beforeEach(() => {
    count += 1;
    name = `index_${count}`;
  });
  afterAll(() => target?.close());

  const item = (
    id: string,
    values: readonly number[],
    tenant = 'a',
    metadata: unknown = null,
  ): VectorItem => ({
    tenant,
    id,
    vector: Float32Array.from(values),
    metadata,
  });
  const search = async (index: VectorIndex, values: readonly number[], limit = 10, tenant = 'a') =>
    index.search({ tenant, vector: Float32Array.from(values), limit });
  const ids = (matches: readonly { readonly id: string }[]) => matches.map(({ id }) => id);

  it('names its implementation', async () => {
    expect((await target.open(name, 2)).implementation).toMatch(target.implementation);
  });

  it('finds nothing in an empty index', async () => {
    expect(await search(await target.open(name, 2), [1, 0])).toEqual([]);
  });

  it('returns the nearest first, with their cosine and metadata, whatever their length', async () => {
    const index = await target.open(name, 2);
    await index.upsert([
      item('east', [10, 0], 'a', { n: 1 }),
      item('north', [0, 0.1]),
      item('west', [-3, 0]),
      item('northeast', [2, 2]),
    ]);
    const matches = await search(index, [5, 0]);
    expect(ids(matches)).toEqual(['east', 'northeast', 'north', 'west']);
    expect(matches[0]).toEqual({ id: 'east', score: expect.closeTo(1, 6), metadata: { n: 1 } });
    expect(matches.map(({ score }) => score)).toEqual(
      [1, Math.SQRT1_2, 0, -1].map((score) => expect.closeTo(score, 6)),
    );
    expect(ids(await search(index, [5, 0], 2))).toEqual(['east', 'northeast']);
  });

  it('orders equal scores by id', async () => {
    const index = await target.open(name, 2);
    await index.upsert(['c', 'a', 'b'].map((id) => item(id, [1, 1])));
    expect(ids(await search(index, [1, 0]))).toEqual(['a', 'b', 'c']);
  });

  it('never shows one tenant the vectors of another, nor lets it delete them', async () => {
    const index = await target.open(name, 2);
    await index.upsert([
      item('mine', [1, 0], 'a'),
      item('theirs', [1, 0], 'b'),
      item('shared-id', [1, 0], 'b', 'of b'),
    ]);
    await index.upsert([item('shared-id', [0, 1], 'a', 'of a')]);
    await index.delete('a', ['theirs']);
    expect(ids(await search(index, [1, 0], 10, 'a'))).toEqual(['mine', 'shared-id']);
    expect(await search(index, [1, 0], 10, 'b')).toEqual([
      { id: 'shared-id', score: expect.closeTo(1, 6), metadata: 'of b' },
      { id: 'theirs', score: expect.closeTo(1, 6), metadata: null },
    ]);
  });

  it('replaces a vector of the same id; the last of equal ids in one call counts', async () => {
    const index = await target.open(name, 2);
    await index.upsert([item('x', [1, 0], 'a', 'old')]);
    await index.upsert([item('x', [1, 0], 'a', 'older'), item('x', [0, 1], 'a', 'new')]);
    expect(await search(index, [0, 1])).toEqual([{ id: 'x', score: expect.closeTo(1, 6), metadata: 'new' }]);
  });

  it('forgets what was deleted, and takes it back', async () => {
    const index = await target.open(name, 2);
    await index.upsert([item('x', [1, 0]), item('y', [0, 1])]);
    expect(ids(await search(index, [1, 0]))).toEqual(['x', 'y']);
    await index.delete('a', ['x', 'never existed']);
    expect(ids(await search(index, [1, 0]))).toEqual(['y']);
    await index.upsert([item('x', [1, 0])]);
    expect(ids(await search(index, [1, 0]))).toEqual(['x', 'y']);
  });

  it('shows every process what another one wrote and deleted, at once', async () => {
    const [writer, reader] = [await target.open(name, 2), await target.open(name, 2)];
    expect(await search(reader, [1, 0])).toEqual([]);
    await writer.upsert([item('x', [1, 0]), item('y', [1, 1])]);
    expect(ids(await search(reader, [1, 0]))).toEqual(['x', 'y']);
    await writer.delete('a', ['x']);
    expect(ids(await search(reader, [1, 0]))).toEqual(['y']);
    await reader.upsert([item('z', [1, 0])]);
    expect(ids(await search(writer, [1, 0]))).toEqual(['z', 'y']);
  });

  it('keeps readers right through thousands of deletions', async () => {
    const [writer, reader] = [await target.open(name, 2), await target.open(name, 2)];
    const many = Array.from({ length: 1_500 }, (_, n) => item(`v${n}`, [1, n / 1_500]));
    await writer.upsert(many);
    expect(ids(await search(reader, [1, 0], 1))).toEqual(['v0']);
    await writer.delete(
      'a',
      many.slice(0, 400).map(({ id }) => id),
    );
    await writer.delete(
      'a',
      many.slice(400, 1_400).map(({ id }) => id),
    );
    expect(ids(await search(reader, [1, 0], 3))).toEqual(['v1400', 'v1401', 'v1402']);
    await writer.upsert([item('v7', [1, 0])]);
    expect(ids(await search(reader, [1, 0], 2))).toEqual(['v7', 'v1400']);
    expect(await search(reader, [1, 0], 1_000)).toHaveLength(101);
  });

  it('gives a small tenant all its matches in the midst of large ones', async () => {
    const index = await target.open(name, 8);
    const random = createRandom(1);
    const near = () => [1, ...Array.from({ length: 7 }, () => random() * 0.1)];
    await index.upsert(Array.from({ length: 3_000 }, (_, n) => item(`n${n}`, near(), `large ${n % 3}`)));
    await index.upsert(
      Array.from({ length: 12 }, (_, n) =>
        item(`s${n}`, [-1, ...Array.from({ length: 7 }, random)], 'small'),
      ),
    );
    expect(await search(index, [1, 0, 0, 0, 0, 0, 0, 0], 10, 'small')).toHaveLength(10);
  });

  it('finds at least 95 of the true 100 nearest among 2,000 random vectors', async () => {
    const index = await target.open(name, 16);
    const random = createRandom(7);
    const vectors = Array.from({ length: 2_000 }, (_, n) =>
      item(
        `v${n}`,
        Array.from({ length: 16 }, () => random() - 0.5),
      ),
    );
    await index.upsert(vectors);
    let found = 0;
    for (let query = 0; query < 10; query += 1) {
      const values = Array.from({ length: 16 }, () => random() - 0.5);
      const truth = new Set(ids(nearest(vectors, values, 10)));
      found += ids(await search(index, values, 10)).filter((id) => truth.has(id)).length;
    }
    expect(found).toBeGreaterThanOrEqual(95);
  });

  describe('refuses as BAD_USER_INPUT', () => {
    it.each([
      ['a vector of other dimensions', [1, 2, 3]],
      ['a vector without direction', [0, 0]],
      ['a vector that is not finite', [Number.NaN, 1]],
      ['a vector with infinity', [Number.POSITIVE_INFINITY, 1]],
    ])('%s, to store or to search', async (_, values) => {
      const index = await target.open(name, 2);
      await expect(index.upsert([item('good', [1, 0]), item('bad', values)])).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
      });
      await expect(search(index, values)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
      expect(await search(index, [1, 0])).toEqual([]);
    });
  });
}

/** Mulberry32: the same numbers in every run. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function nearest(
  items: readonly VectorItem[],
  query: readonly number[],
  limit: number,
): readonly VectorItem[] {
  const cosine = ({ vector }: VectorItem) => {
    let dot = 0;
    for (const [i, value] of vector.entries()) dot += value * (query[i] as number);
    return dot / Math.hypot(...vector) / Math.hypot(...query);
  };
  return [...items].sort((a, b) => cosine(b) - cosine(a)).slice(0, limit);
}
