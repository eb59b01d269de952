import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { joinWrites } from './event-stream.ts';

/** A response that records what is written to it; `take` is the socket taking all of it. */
function recording() {
  const writes: string[] = [];
  const untaken: (() => void)[] = [];
  const response = {
    get writableLength() {
      return untaken.length;
    },
    write(text: string, taken: () => void) {
      writes.push(text);
      untaken.push(taken);
    },
  };
  const take = (): void => {
    for (const taken of untaken.splice(0)) taken();
  };
  return { writes, take, joined: joinWrites(response as unknown as ServerResponse) };
}

test('what comes at one time leaves as one chunk, in order, and each piece is told when it was taken', async () => {
  const { joined, writes, take } = recording();
  const taken: string[] = [];
  for (const text of ['a', 'b', 'c']) joined.write(text, () => taken.push(text));
  expect(writes).toEqual([]);
  expect(joined.bufferedBytes()).toBe(3);
  await turn();
  expect(writes).toEqual(['abc']);
  expect(taken).toEqual([]);
  take();
  expect(taken).toEqual(['a', 'b', 'c']);
  joined.write('d', () => taken.push('d'));
  await turn();
  expect(writes).toEqual(['abc', 'd']);
});

test('what has to come before something else is written at once, and not again', async () => {
  const { joined, writes } = recording();
  joined.flush();
  joined.write('a', () => undefined);
  joined.flush();
  joined.write('b', () => undefined);
  await turn();
  expect(writes).toEqual(['a', 'b']);
});
