import { createInProcessCache } from '@fathom/platform/cache/in-process-cache';
import { createDeferred } from '@fathom/platform/deferred';
import { createLogger } from '@fathom/platform/logging';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createExactCache } from './exact-cache.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const shared = createInProcessCache({ logger });
const signal = new AbortController().signal;

function open(cache = shared) {
  return createExactCache<readonly unknown[], string>({
    cache,
    name: 'test',
    schema: z.string(),
    ttlMs: 60_000,
    logger,
  });
}

test('another instance finds what one has kept, under the very same key alone', async () => {
  const [one, other] = [open(), open()];
  await one.keep(['tenant', 'v@1', { seed: 1 }], 'kept');
  expect(await other.find(['tenant', 'v@1', { seed: 1 }])).toBe('kept');
  expect(await other.find(['stranger', 'v@1', { seed: 1 }])).toBeUndefined();
  expect(await other.find(['tenant', 'v@2', { seed: 1 }])).toBeUndefined();
  expect(await other.find(['tenant', 'v@1', { seed: 2 }])).toBeUndefined();
});

test('what one process has seen it finds again without the shared cache, also while that is down', async () => {
  let reads = 0;
  const down = {
    ...shared,
    get: async () => {
      reads++;
      throw new Error('down');
    },
    set: async () => {
      throw new Error('down');
    },
  };
  const cache = open(down);
  await cache.keep(['a'], 'kept');
  expect(await cache.find(['a'])).toBe('kept');
  expect(reads).toBe(0);
  expect(await cache.find(['b'])).toBeUndefined();
});

test('of several who ask at once one computes, and the others are shown what it keeps', async () => {
  const cache = open();
  const begun = createDeferred();
  const mayEnd = createDeferred();
  const shown: string[] = [];
  let computed = 0;
  const ask = () =>
    cache.once(['at once'], {
      signal,
      show: async (value) => void shown.push(value),
      async compute() {
        computed++;
        begun.resolve();
        await mayEnd.promise;
        await cache.keep(['at once'], 'answer');
      },
    });
  const first = ask();
  await begun.promise;
  const others = [ask(), ask(), ask()];
  mayEnd.resolve();
  await Promise.all([first, ...others]);
  expect(computed).toBe(1);
  expect(shown).toEqual(['answer', 'answer', 'answer']);
});

test('who waits computes himself when nothing was kept, when the other failed, and when he is stopped', async () => {
  for (const ending of ['nothing kept', 'failed', 'stopped'] as const) {
    const cache = open();
    const begun = createDeferred();
    const mayEnd = createDeferred();
    const stop = new AbortController();
    const first = cache.once([ending], {
      signal,
      show: async () => undefined,
      async compute() {
        begun.resolve();
        await mayEnd.promise;
        if (ending === 'failed') throw new Error('failed');
      },
    });
    const firstEnded = first.catch(() => 'rejected');
    await begun.promise;
    let computed = false;
    const second = cache.once([ending], {
      signal: stop.signal,
      show: async () => undefined,
      compute: async () => {
        computed = true;
      },
    });
    if (ending === 'stopped') stop.abort();
    else mayEnd.resolve();
    await second;
    mayEnd.resolve();
    expect(computed).toBe(true);
    expect(await firstEnded).toBe(ending === 'failed' ? 'rejected' : undefined);
  }
});

/** Four who ask at once; each computes until the test ends it. */
function fourAsk(key: string) {
  const cache = open();
  const stops = Array.from({ length: 4 }, () => new AbortController());
  const computing: { readonly who: number; end(how: 'keeps' | 'keeps nothing'): Promise<void> }[] = [];
  const shown: number[] = [];
  const asked = stops.map((stop, who) =>
    cache.once([key], {
      signal: stop.signal,
      show: async () => void shown.push(who),
      async compute() {
        const ended = createDeferred();
        computing.push({
          who,
          async end(how) {
            if (how === 'keeps') await cache.keep([key], 'kept');
            ended.resolve();
          },
        });
        await ended.promise;
      },
    }),
  );
  return { stops, computing, shown, asked };
}

test('when who computes leaves, one of those who wait is the next, and the others are shown what it keeps', async () => {
  const { stops, computing, shown, asked } = fourAsk('the first leaves');
  await expect.poll(() => computing.length).toBe(1);
  stops[computing[0]!.who]?.abort();
  await computing[0]!.end('keeps nothing');
  await expect.poll(() => computing.length).toBe(2);
  stops[computing[1]!.who]?.abort();
  await computing[1]!.end('keeps nothing');
  await expect.poll(() => computing.length).toBe(3);
  await computing[2]!.end('keeps');
  await Promise.all(asked);
  expect(computing.map(({ who }) => who)).toEqual([0, 1, 2]);
  expect(shown).toEqual([3]);
});

test('who ends and keeps nothing is followed by one more, and then by all at once', async () => {
  const { computing, shown, asked } = fourAsk('nothing is ever kept');
  await expect.poll(() => computing.length).toBe(1);
  await computing[0]!.end('keeps nothing');
  await expect.poll(() => computing.length).toBe(2);
  expect(computing[1]?.who).toBe(1);
  await computing[1]!.end('keeps nothing');
  await expect.poll(() => computing.length).toBe(4);
  for (const one of computing.slice(2)) await one.end('keeps nothing');
  await Promise.all(asked);
  expect(shown).toEqual([]);
});
