import { expect, test } from 'vitest';
import { prefixBlocks, prefixBlockTokens } from './prefix-blocks.ts';

const tokens = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

test('prompts that begin alike share the names of what they share, and only those', () => {
  const shared = tokens(prefixBlockTokens * 2);
  const one = prefixBlocks('tenant', [...shared, ...tokens(prefixBlockTokens, 500)]);
  const other = prefixBlocks('tenant', [...shared, ...tokens(prefixBlockTokens, 900)]);
  expect(one).toHaveLength(3);
  expect(one.slice(0, 2)).toEqual(other.slice(0, 2));
  expect(one[2]).not.toBe(other[2]);
});

test('nothing is shared between owners, nor between the same block in different places', () => {
  const block = tokens(prefixBlockTokens);
  const [first, second] = prefixBlocks('a', [...block, ...block]);
  expect(first).not.toBe(second);
  expect(prefixBlocks('b', block)).not.toEqual([first]);
});

test('a block that is not whole has no name', () => {
  expect(prefixBlocks('a', tokens(prefixBlockTokens - 1))).toEqual([]);
});

test('a hundred thousand blocks have as many names', () => {
  const names = new Set<string>();
  for (let start = 0; start < 1_000; start++)
    for (const name of prefixBlocks('a', tokens(prefixBlockTokens * 100, start))) names.add(name);
  expect(names.size).toBe(100_000);
});
