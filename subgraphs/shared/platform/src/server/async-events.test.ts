import { describe, expect, it } from 'vitest';
import { createEventQueue, filterEvents, mapEvents, untilAborted } from './async-events.ts';

const never = () => new Promise<never>(() => undefined);

describe('leaving a quiet stream', () => {
  it('settles the pending read at once and leaves the source, even one that never answers', async () => {
    let left = 0;
    const source = {
      next: never,
      return: () => {
        left += 1;
        return never();
      },
    };
    const events = mapEvents(source, (event) => event);
    const pending = events.next();
    await events.return();
    expect(await pending).toEqual({ value: undefined, done: true });
    expect(left).toBe(1);
  });

  it('leaves a source whose events nobody wanted so far', async () => {
    let asked = 0;
    const source = {
      next: () => (++asked < 5 ? Promise.resolve({ value: asked, done: false as const }) : never()),
      return: never,
    };
    const events = filterEvents(source, (event) => event === 2);
    expect(await events.next()).toEqual({ value: 2, done: false });
    const pending = events.next();
    await events.return();
    expect(await pending).toEqual({ value: undefined, done: true });
  });

  it('happens by itself when the signal aborts', async () => {
    const controller = new AbortController();
    const events = untilAborted({ next: never }, controller.signal);
    const pending = events.next();
    controller.abort();
    expect(await pending).toEqual({ value: undefined, done: true });
    expect(await events.next()).toEqual({ value: undefined, done: true });
  });
});

describe('mapped events', () => {
  const three = () => [1, 2, 3][Symbol.iterator]();
  const source = (iterator = three()) => ({
    next: () => Promise.resolve(iterator.next() as IteratorResult<number>),
    return: () => Promise.resolve({ value: undefined, done: true as const }),
  });

  it('keep their order and end with the source, mapped at once or later, asked for one by one or ahead', async () => {
    const atOnce = mapEvents(source(), (n: number) => n * 10);
    const later = mapEvents(source(), async (n: number) => n * 10);
    for (const events of [atOnce, later]) {
      const asked = [events.next(), events.next(), events.next(), events.next()];
      expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([10, 20, 30, undefined]);
    }
  });

  it('fail the read whose event could not be had or mapped, and no other', async () => {
    const throwing = (n: number) => {
      if (n === 2) throw new Error('two');
      return n;
    };
    for (const map of [throwing, async (n: number) => throwing(n)]) {
      const events = mapEvents(source(), map);
      expect(await events.next()).toEqual({ value: 1, done: false });
      await expect(events.next()).rejects.toThrow('two');
      expect(await events.next()).toEqual({ value: 3, done: false });
    }
    const broken = mapEvents(
      {
        next: () => {
          throw new Error('no source');
        },
      },
      (event) => event,
    );
    await expect(broken.next()).rejects.toThrow('no source');
  });
});

describe('an event queue', () => {
  it('delivers what was pushed before and after the reader came, in order, then ends', async () => {
    const queue = createEventQueue<number>({ maxEvents: 10 });
    queue.push(1);
    const first = queue.events.next();
    const second = queue.events.next();
    queue.push(2);
    queue.push(3);
    queue.end();
    expect(await Promise.all([first, second])).toMatchObject([{ value: 1 }, { value: 2 }]);
    const rest: number[] = [];
    for await (const event of queue.events) rest.push(event);
    expect(rest).toEqual([3]);
  });

  it('ends a reader that lags too far behind with SLOW_CONSUMER, after what it may still have', async () => {
    const queue = createEventQueue<number>({ maxEvents: 2 });
    expect([1, 2, 3, 4].map((event) => queue.push(event))).toEqual([true, true, false, false]);
    expect(await queue.events.next()).toMatchObject({ value: 1 });
    expect(await queue.events.next()).toMatchObject({ value: 2 });
    await expect(queue.events.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER', retryable: true });
  });

  it('tells its producer once that the reader left, and takes nothing more', async () => {
    let closed = 0;
    const queue = createEventQueue<number>({ maxEvents: 2, onClose: () => (closed += 1) });
    const pending = queue.events.next();
    await queue.events.return();
    await queue.events.return();
    expect(await pending).toMatchObject({ done: true });
    expect(queue.push(1)).toBe(false);
    expect(closed).toBe(1);
  });

  it('fails its pending reader with the producer’s error', async () => {
    const queue = createEventQueue<number>({ maxEvents: 2 });
    const pending = queue.events.next();
    queue.fail(new Error('gone'));
    await expect(pending).rejects.toThrow('gone');
    expect(await queue.events.next()).toMatchObject({ done: true });
  });
});
