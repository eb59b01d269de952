import { describe, expect, it } from 'vitest';
import { raisePlatform } from '../errors.ts';
import { AppendQueue } from './append-queue.ts';
import { createMemoryStreamStore } from './memory-stream-store.ts';
import type { StoredAppend, StreamStore } from './stream-store.ts';
import { StreamTails } from './stream-tails.ts';

function appendOf(expectedSequence: number, payloads: readonly unknown[], appendId: string): StoredAppend {
  return {
    stream: 's',
    expectedSequence,
    payloads: payloads.map((payload) => JSON.stringify(payload)),
    end: false,
    appendId,
  };
}

function queueOver(store: StreamStore): { readonly queue: AppendQueue; readonly refused: StoredAppend[] } {
  const tails = new StreamTails({ maxStreams: 10, maxEventsPerStream: 100 });
  const refused: StoredAppend[] = [];
  const queue = new AppendQueue({
    store,
    tails,
    producerId: 'me',
    retryForMs: 60_000,
    onAppended: ({ stream, expectedSequence, payloads, end }) =>
      tails.append(stream, expectedSequence, payloads, end),
    onRefused: (append) => refused.push(append),
  });
  return { queue, refused };
}

const storedIn = async (store: StreamStore) =>
  (await store.read('s', 0, 100)).events.map(({ sequence, payload }) => `${sequence}:${payload}`);

describe('AppendQueue', () => {
  it('makes one round trip of all that gathered while the last one was under way', async () => {
    const store = createMemoryStreamStore();
    const batches: number[] = [];
    const { queue } = queueOver({
      ...store,
      append: (entries) => {
        batches.push(entries.length);
        return store.append(entries);
      },
    });
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        queue.add({ ...appendOf(1, ['x'], `me/${index}`), stream: `s${index}` }),
      ),
    );
    expect(batches).toEqual([20]);
  });

  it('gives a store that forgot its last moments the lost events again, in front of the new one', async () => {
    let store = createMemoryStreamStore();
    const { queue } = queueOver({
      ...store,
      append: (entries) => store.append(entries),
    });
    await queue.add(appendOf(1, ['a', 'b', 'c'], 'me/1'));
    await queue.add(appendOf(4, ['d'], 'me/2'));
    // The server crashed, and only the first append had reached its disk.
    store = createMemoryStreamStore();
    await store.append([appendOf(1, ['a', 'b', 'c'], 'me/1')]);
    await queue.add(appendOf(5, ['e'], 'me/3'));
    expect(await storedIn(store)).toEqual(['1:a', '2:b', '3:c', '4:d', '5:e']);
  });

  it('gives a store that forgot the whole stream all of it again', async () => {
    let store = createMemoryStreamStore();
    const { queue } = queueOver({ ...store, append: (entries) => store.append(entries) });
    await queue.add(appendOf(1, ['a', 'b'], 'me/1'));
    store = createMemoryStreamStore();
    await queue.add(appendOf(3, ['c'], 'me/2'));
    expect(await storedIn(store)).toEqual(['1:a', '2:b', '3:c']);
  });

  it('repairs nothing when another producer has appended since: it was fenced off', async () => {
    let store = createMemoryStreamStore();
    const { queue, refused } = queueOver({ ...store, append: (entries) => store.append(entries) });
    await queue.add(appendOf(1, ['a', 'b', 'c'], 'me/1'));
    store = createMemoryStreamStore();
    await store.append([appendOf(1, ['a'], 'another/1')]);
    await expect(queue.add(appendOf(4, ['d'], 'me/2'))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await storedIn(store)).toEqual(['1:a']);
    expect(refused).toHaveLength(1);
  });

  it('takes an append whose answer got lost for done when it repeats it, and stores it once', async () => {
    const store = createMemoryStreamStore();
    let failures = 2;
    const { queue } = queueOver({
      ...store,
      append: async (entries) => {
        const outcomes = await store.append(entries);
        if (failures-- > 0) throw raisePlatform('DEPENDENCY_UNAVAILABLE');
        return outcomes;
      },
    });
    await queue.add(appendOf(1, ['a'], 'me/1'));
    expect(await storedIn(store)).toEqual(['1:a']);
  });

  it('passes on at once what no repetition can mend, and goes on with what comes next', async () => {
    const store = createMemoryStreamStore();
    let broken = true;
    const { queue } = queueOver({
      ...store,
      append: async (entries) => {
        if (broken) throw raisePlatform('BAD_USER_INPUT');
        return await store.append(entries);
      },
    });
    await expect(queue.add(appendOf(1, ['a'], 'me/1'))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    broken = false;
    await queue.add(appendOf(1, ['a'], 'me/2'));
    expect(await storedIn(store)).toEqual(['1:a']);
  });
});
