import { describe, expect, test } from 'vitest';
import type { FathomClient } from '../client.ts';
import { createStreamStore } from './stream-store.ts';

type Step = { readonly value: { readonly n: number } } | { readonly fails: Error } | 'end';

/** A client whose one stream says what the test says. */
function scripted() {
  const steps: Step[] = [];
  const wakes: (() => void)[] = [];
  let opened = 0;
  let left = 0;
  const client = {
    stream() {
      opened += 1;
      return {
        async next() {
          while (steps.length === 0) await new Promise<void>((resolve) => wakes.push(resolve));
          const step = steps.shift() as Step;
          if (step === 'end') return { done: true, value: undefined };
          if ('fails' in step) throw step.fails;
          return { done: false, value: step.value };
        },
        async return() {
          left += 1;
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  } as unknown as FathomClient;
  return {
    client,
    say(step: Step) {
      steps.push(step);
      for (const wake of wakes.splice(0)) wake();
    },
    counts: () => ({ opened, left }),
  };
}

function watch(store: ReturnType<typeof createStreamStore>) {
  const waiting: (() => void)[] = [];
  const leave = store.subscribe(() => {
    for (const wake of waiting.splice(0)) wake();
  });
  return { leave, changed: () => new Promise<void>((resolve) => waiting.push(resolve)) };
}

describe('a stream in a user interface', () => {
  test('begins with its first watcher, collects its events, and says when it has ended', async () => {
    const { client, say, counts } = scripted();
    const store = createStreamStore(client, 'subscription { a }', {});
    expect([store.current().status, counts().opened]).toEqual(['idle', 0]);
    const first = watch(store);
    const second = watch(store);
    expect([store.current().status, counts().opened]).toEqual(['streaming', 1]);
    let changed = first.changed();
    say({ value: { n: 1 } });
    await changed;
    expect(store.current()).toEqual({ status: 'streaming', events: [{ n: 1 }] });
    expect(store.current()).toBe(store.current());
    changed = second.changed();
    say('end');
    await changed;
    expect(store.current()).toEqual({ status: 'done', events: [{ n: 1 }] });
    first.leave();
    expect(counts().left).toBe(0);
    second.leave();
  });

  test('is left with its last watcher, and begins anew with the next', async () => {
    const { client, say, counts } = scripted();
    const store = createStreamStore(client, 'subscription { a }', {});
    const first = watch(store);
    const changed = first.changed();
    say({ value: { n: 1 } });
    await changed;
    first.leave();
    expect(counts()).toEqual({ opened: 1, left: 1 });
    watch(store);
    expect(counts().opened).toBe(2);
    expect(store.current()).toEqual({ status: 'streaming', events: [] });
  });

  test('that fails keeps what it has, and names the code', async () => {
    const { client, say } = scripted();
    const store = createStreamStore(client, 'subscription { a }', {});
    const { changed } = watch(store);
    let next = changed();
    say({ value: { n: 1 } });
    await next;
    next = changed();
    say({ fails: new Error('gone') });
    await next;
    expect(store.current()).toMatchObject({
      status: 'failed',
      events: [{ n: 1 }],
      error: { code: 'CONNECTION_LOST' },
    });
  });
});
