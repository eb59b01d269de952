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
