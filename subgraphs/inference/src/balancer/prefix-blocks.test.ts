import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPrefixNames, prefixBlockTokens } from './prefix-blocks.ts';

const salt = Buffer.alloc(32, 7);
const names = createPrefixNames(salt);
const tokens = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

test('prompts that begin alike share the names of what they share, and only those', () => {
  const shared = tokens(prefixBlockTokens * 2);
  const one = names('tenant', [...shared, ...tokens(prefixBlockTokens, 500)]);
  const other = names('tenant', [...shared, ...tokens(prefixBlockTokens, 900)]);
  expect(one).toHaveLength(3);
  expect(one.slice(0, 2)).toEqual(other.slice(0, 2));
  expect(one[2]).not.toBe(other[2]);
});

test('nothing is shared between owners, nor between the same block in different places', () => {
  const prompt = tokens(prefixBlockTokens * 100);
  const block = tokens(prefixBlockTokens);
  const [first, second] = names('a', [...block, ...block]);
  expect(first).not.toBe(second);
  const ofBoth = new Set([...names('a', prompt), ...names('b', prompt)]);
  expect(ofBoth.size).toBe(200);
});

test('a name cannot be told without the salt: under another one the same prompt has other names, under the same one the same', () => {
  const prompt = tokens(prefixBlockTokens * 100);
  const guessed = createPrefixNames(Buffer.alloc(32, 8))('a', prompt);
  expect(new Set([...names('a', prompt), ...guessed]).size).toBe(200);
  expect(createPrefixNames(Buffer.from(salt))('a', prompt)).toEqual(names('a', prompt));
});

test('a name is the SHA-256 of the key that the salt gives its owner, the name before it and its tokens', () => {
  const key = createHmac('sha256', salt).update('a').digest('base64url');
  const nameOf = (before: Buffer, from: number): string => {
    const block = Buffer.from(Uint32Array.from(tokens(prefixBlockTokens, from)).buffer);
    return createHash('sha256').update(key).update(before).update(block).digest('base64url');
  };
  const first = nameOf(Buffer.alloc(43), 0);
  expect(names('a', tokens(prefixBlockTokens * 2))).toEqual([
    first,
    nameOf(Buffer.from(first), prefixBlockTokens),
  ]);
});

test('a block that is not whole has no name', () => {
  expect(names('a', tokens(prefixBlockTokens - 1))).toEqual([]);
});

test('a hundred thousand blocks have as many names, whatever numbers a peer sends for tokens', () => {
  const all = new Set<string>();
  for (let start = 0; start < 1_000; start++)
    for (const name of names('a', tokens(prefixBlockTokens * 100, start))) all.add(name);
  expect(all.size).toBe(100_000);
  expect(
    names(
      'a',
      Array.from({ length: prefixBlockTokens }, () => Number.MAX_SAFE_INTEGER),
    ),
  ).toHaveLength(1);
});
