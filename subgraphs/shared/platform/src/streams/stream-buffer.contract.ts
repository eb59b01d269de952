import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestChild } from '../testing/children.ts';
import type { StreamBuffer, StreamEvent } from './stream-buffer.ts';
import type { ProducerProcessConfiguration } from './testing/producer-process.ts';

/** Where streams are kept, and how processes that share them open them. */
export interface StreamBufferTarget {
  /** A handle as a process of its own would open it; the same one again where processes share nothing. */
  open(): Promise<StreamBuffer>;
  /** What only streams that several processes share can show. */
  readonly shared?:
    | {
        readonly connection: Pick<ProducerProcessConfiguration, 'databaseUrl' | 'redisUrl'>;
        /** SIGKILL and a new start of the server. */
        killServer(): Promise<void>;
      }
    | undefined;
  close(): Promise<void>;
}

const patience = { timeout: 30_000, interval: 5 };

/** What every stream buffer promises (`stream-buffer.ts`). */
export function streamBufferContract(
  name: string,
  createTarget: () => Promise<StreamBufferTarget>,
  { isShared }: { readonly isShared: boolean } = { isShared: true },
): void {
  describe(`the ${name} stream buffer`, () => {
    let target: StreamBufferTarget;
    let producer: StreamBuffer;
    let reader: StreamBuffer;
    let stream: string;
    let signal: AbortSignal;
    let abort: () => void;
    const opened: StreamBuffer[] = [];

    beforeAll(async () => {
      target = await createTarget();
    });
    beforeEach(async () => {
      stream = `stream-${randomUUID()}`;
      const controller = new AbortController();
      signal = controller.signal;
      abort = () => controller.abort();
      producer = await openAnother();
      reader = await openAnother();
    });
    afterEach(async () => {
      abort();
      await Promise.all(opened.splice(0).map((handle) => handle.close()));
    });
    afterAll(() => target?.close());

    async function openAnother(): Promise<StreamBuffer> {
      const handle = await target.open();
      opened.push(handle);
      return handle;
    }

    const numbers = (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => ({ n: first + index }));
    const events = (first: number, last: number) =>
      numbers(first, last).map((payload) => ({ sequence: payload.n, payload }));

    it('keeps what was appended, for every reader, by sequence', async () => {
      const payloads = ['naïve 😀 \u0000', null, [1, 2.5], { deep: { flag: true } }];
      expect(await producer.append(stream, 1, payloads)).toEqual({ lastSequence: 4 });
      expect(await producer.append(stream, 5, numbers(5, 6), { end: true })).toEqual({ lastSequence: 6 });
      const page = await reader.read(stream, 0, 4);
      expect(page).toEqual({
        events: payloads.map((payload, index) => ({ sequence: index + 1, payload })),
        ended: false,
      });
      expect(await reader.read(stream, 4, 10)).toEqual({ events: events(5, 6), ended: true });
      expect(await reader.read(stream, 6, 10)).toEqual({ events: [], ended: true });
      expect(await reader.read(`${stream}-unknown`, 0, 10)).toEqual({ events: [], ended: false });
    });

    it('lets one producer win a sequence and tells the others where the stream stands', async () => {
      const second = await openAnother();
      const attempts = await Promise.allSettled([
        producer.append(stream, 1, [{ by: 'first' }]),
        second.append(stream, 1, [{ by: 'second' }]),
      ]);
      expect(attempts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await expect(second.append(stream, 5, [{}])).rejects.toMatchObject({
        code: 'CONFLICT',
        details: { stream, expectedSequence: 5, lastSequence: 1, ended: false },
      });
      expect((await reader.read(stream, 0, 10)).events).toHaveLength(1);
    });

    it('takes nothing after the end', async () => {
      await producer.append(stream, 1, numbers(1, 2), { end: true });
      await expect(producer.append(stream, 3, numbers(3, 3))).rejects.toMatchObject({
        code: 'CONFLICT',
        details: { ended: true, lastSequence: 2 },
      });
    });

    it('ends a stream without a last event, also an empty one', async () => {
      await producer.append(stream, 1, [], { end: true });
      expect(await collect(reader.follow(stream, 0, signal))).toEqual([]);
    });

    it('appends to many streams at once; a refusal concerns its own stream only and is named', async () => {
      const names = Array.from({ length: 20 }, (_, index) => `${stream}-${index}`);
      await producer.appendMany(
        names.map((name) => ({ stream: name, expectedSequence: 1, payloads: numbers(1, 1) })),
      );
      const refused = names[7]!;
      await expect(
        producer.appendMany(
          names.map((name) => ({
            stream: name,
            expectedSequence: name === refused ? 9 : 2,
            payloads: numbers(2, 2),
            end: true,
          })),
        ),
      ).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining(refused) });
      const lengths = await Promise.all(
        names.map(async (name) => (await reader.read(name, 0, 9)).events.length),
      );
      expect(lengths).toEqual(names.map((name) => (name === refused ? 1 : 2)));
    });

    it('keeps the order of appends that were not waited for', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => producer.append(stream, index + 1, [{ n: index + 1 }])),
      );
      expect((await reader.read(stream, 0, 100)).events).toEqual(events(1, 50));
    });

    it('shows a follower what is stored, then what comes, then the end; here and in another process', async () => {
      await producer.append(stream, 1, numbers(1, 3));
      const followers = [producer, reader].map((handle) => collect(handle.follow(stream, 0, signal)));
      for (let n = 4; n <= 30; n++) await producer.append(stream, n, [{ n }], { end: n === 30 });
      for (const follower of followers) expect(await follower).toEqual(events(1, 30));
    });

    it('lets a follower wait for a stream that has not begun', async () => {
      const followers = [producer, reader].map((handle) => collect(handle.follow(stream, 0, signal)));
      await producer.append(stream, 1, numbers(1, 2), { end: true });
      for (const follower of followers) expect(await follower).toEqual(events(1, 2));
    });

    it('resumes after any cursor with exactly the rest', async () => {
      await producer.append(stream, 1, numbers(1, 20), { end: true });
      for (const handle of [producer, reader]) {
        for (const cursor of [0, 1, 13, 19, 20]) {
          expect(await collect(handle.follow(stream, cursor, signal))).toEqual(events(cursor + 1, 20));
        }
      }
    });

    it('settles a pending next at once on return and on abort, however quiet the stream', async () => {
      for (const handle of [producer, reader]) {
        const returned = handle.follow(stream, 0, signal);
        const pending = returned.next();
        await returned.return?.();
        expect(await pending).toEqual({ done: true, value: undefined });
        expect(await returned.next()).toEqual({ done: true, value: undefined });
      }
      const pending = [producer, reader].map((handle) => handle.follow(stream, 0, signal).next());
      abort();
      expect(await Promise.all(pending)).toEqual(pending.map(() => ({ done: true, value: undefined })));
      expect(await reader.follow(stream, 0, signal).next()).toEqual({ done: true, value: undefined });
    });

    it('gives a reader who sleeps all he missed, out of the store, far beyond what memory keeps', async () => {
      const sleepers = [producer, reader].map((handle) => handle.follow(stream, 0, signal));
      await producer.append(stream, 1, [{ n: 1 }]);
      for (const sleeper of sleepers) expect((await sleeper.next()).value).toEqual(events(1, 1)[0]);
      for (let first = 2; first <= 3_000; first += 500) {
        const last = Math.min(first + 499, 3_000);
        await producer.append(stream, first, numbers(first, last), { end: last === 3_000 });
      }
      for (const sleeper of sleepers) expect(await collect(sleeper)).toEqual(events(2, 3_000));
    });

    it('answers several pending nexts in their order', async () => {
      const follower = reader.follow(stream, 0, signal);
      const pending = [follower.next(), follower.next(), follower.next()];
      await producer.append(stream, 1, numbers(1, 2), { end: true });
      expect(await Promise.all(pending)).toEqual([
        { done: false, value: events(1, 1)[0] },
        { done: false, value: events(2, 2)[0] },
        { done: true, value: undefined },
      ]);
    });

    it('forgets streams that nobody appended to for long, and tells a reader who comes back to one', async () => {
      await producer.append(stream, 1, numbers(1, 3), { end: true });
      expect(await producer.expire(3_600_000)).toBe(0);
      await vi.waitFor(async () => {
        await producer.expire(0);
        expect(await reader.read(stream, 0, 10)).toEqual({ events: [], ended: false });
      }, patience);
      await expect(reader.follow(stream, 2, signal).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    // What follows needs a second process or a server, which a buffer in memory has not.
    if (!isShared) return;

    it('goes on under another producer after the first was killed; a follower sees each event once, in order', async () => {
      const following = collect(reader.follow(stream, 0, signal));
      const configuration = { ...target.shared!.connection, stream };
      const script = new URL('./testing/producer-process.ts', import.meta.url);
      const first = startTestChild(script, {
        ...configuration,
        firstSequence: 1,
      } satisfies ProducerProcessConfiguration);
      await first.waitFor<{ appended: number }>(({ appended }) => appended === 25);
      await first.kill();
      const { lastSequence } = await lastOf(producer, stream);
      expect(lastSequence).toBeGreaterThanOrEqual(25);
      const second = startTestChild(script, {
        ...configuration,
        firstSequence: lastSequence + 1,
        events: 10,
      } satisfies ProducerProcessConfiguration);
      await second.waitFor<{ end: boolean }>(({ end }) => end);
      const seen = await following;
      expect(seen.length).toBeGreaterThanOrEqual(lastSequence + 10);
      expect(seen.map(({ sequence }) => sequence)).toEqual(
        Array.from({ length: seen.length }, (_, index) => index + 1),
      );
      expect(new Set(seen.map(({ payload }) => (payload as { by: number }).by)).size).toBe(2);
    });

    it('fences the former producer off when another process took over', async () => {
      const successor = await openAnother();
      await producer.append(stream, 1, numbers(1, 3));
      await successor.append(stream, 4, [{ by: 'successor' }]);
      await expect(producer.append(stream, 4, numbers(4, 4))).rejects.toMatchObject({ code: 'CONFLICT' });
      await successor.append(stream, 5, [{ by: 'successor' }], { end: true });
      const payloads = (await collect(producer.follow(stream, 3, signal))).map(({ payload }) => payload);
      expect(payloads).toEqual([{ by: 'successor' }, { by: 'successor' }]);
    });

    it('changes nothing that a reader saw when the server is killed while events flow', async () => {
      const following = [producer, reader].map((handle) => collect(handle.follow(stream, 0, signal)));
      for (let n = 1; n <= 200; n++) {
        const kill = n === 60 || n === 140 ? target.shared!.killServer() : undefined;
        await producer.append(stream, n, [{ n }], { end: n === 200 });
        await kill;
      }
      for (const follower of following) expect(await follower).toEqual(events(1, 200));
      const stored = await (await openAnother()).read(stream, 0, 1_000);
      expect(stored).toEqual({ events: events(1, 200), ended: true });
    });
  });
}

async function collect(followed: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const all: StreamEvent[] = [];
  for await (const event of followed) all.push(event);
  return all;
}

async function lastOf(buffer: StreamBuffer, stream: string): Promise<{ readonly lastSequence: number }> {
  const { events } = await buffer.read(stream, 0, 100_000);
  return { lastSequence: events.at(-1)?.sequence ?? 0 };
}
