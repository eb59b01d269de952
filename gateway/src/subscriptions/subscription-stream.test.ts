import { createDeferred } from '@fathom/platform/deferred';
import { AppError } from '@fathom/platform/errors';
import { describe, expect, test, vi } from 'vitest';
import type { SubgraphEvent } from './event-executor.ts';
import { SubscriptionStream, type SubscriptionStreamOptions } from './subscription-stream.ts';
import { idOfNext, payloadStart } from './upstream-socket.ts';

const frame = (text: string) =>
  `{"id":"1","type":"next","payload":{"data":{"said":${JSON.stringify(text)}}}}`;
const withErrors = (text: string) => frame(text).replace('}}}', '},"errors":[]}}');
const lost = new AppError({ code: 'SUBGRAPH_UNAVAILABLE', message: 'Lost.', status: 503, retryable: true });

interface SetUp extends Partial<SubscriptionStreamOptions> {
  readonly clientGone?: boolean;
}

function setUp({ clientGone = false, ...options }: SetUp = {}) {
  const log: string[] = [];
  const stream = new SubscriptionStream({
    service: 'chat',
    window: { maxEvents: 4, maxBytes: 10_000, patienceMs: 1_000 },
    execute: async (event: SubgraphEvent) => event as never,
    formatError: ({ code }) => ({ data: null, errors: [{ message: code, extensions: { code } }] }),
    rawSink: undefined,
    upstream: {
      pause: () => log.push('pause'),
      resume: () => log.push('resume'),
      unsubscribe: () => log.push('unsubscribe'),
      abandon: (error) => log.push(`abandon ${error.code}`),
      isClientGone: () => clientGone,
    },
    onEvent: (way) => log.push(way),
    onEnd: (end, code) => log.push(`end ${end}${code ? ` ${code}` : ''}`),
    ...options,
  });
  return { stream, log };
}

const event = (cursor: string) =>
  `{"id":"1","type":"next","payload":{"data":{"said":{"cursor":${JSON.stringify(cursor)}}}}}`;

describe('a stream that is lost', () => {
  const formatError: SubscriptionStreamOptions['formatError'] = ({ code, details }) => ({
    data: null,
    errors: [{ message: code, extensions: { code, ...details } }],
  });
  for (const rawSink of [undefined, { send: () => undefined, bufferedBytes: () => 0 }])
    test(`says behind which event it can be resumed (${rawSink ? 'unchanged' : 'executed'})`, async () => {
      const { stream } = setUp({ rawSink, formatError });
      const first = stream.next();
      stream.sink.next(event('c1'));
      if (!rawSink) await first;
      stream.sink.next(event('c2'));
      const second = rawSink ? first : stream.next();
      if (!rawSink) await second;
      stream.sink.failed(lost);
      const last = rawSink ? await first : await stream.next();
      expect(last.value?.errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE', cursor: 'c2' });
    });

  test('says no cursor of an event that its client was not given, or where there is none', async () => {
    const { stream } = setUp({ formatError });
    stream.sink.failed(lost);
    expect((await stream.next()).value?.errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' });
    const final = setUp({ formatError });
    const first = final.stream.next();
    final.stream.sink.next(event('c1'));
    await first;
    final.stream.cancel(new AppError({ code: 'KEY_REVOKED', message: '', status: 401, retryable: false }));
    expect((await final.stream.next()).value?.errors?.[0]?.extensions).toEqual({ code: 'KEY_REVOKED' });
  });
});

describe('a stream', () => {
  test('delivers in order though one event takes longer to execute than the next', async () => {
    const slow = createDeferred();
    const { stream } = setUp({
      execute: async (event) => {
        if (event.data?.['said'] === 'a') await slow.promise;
        return event as never;
      },
    });
    const results = [stream.next(), stream.next()];
    stream.sink.next(frame('a'));
    stream.sink.next(frame('b'));
    slow.resolve();
    expect((await Promise.all(results)).map(({ value }) => value)).toEqual([
      { data: { said: 'a' } },
      { data: { said: 'b' } },
    ]);
  });

  test('lets a frame pass unchanged only when nothing before it is still on its way', async () => {
    const sent: string[] = [];
    const executing = createDeferred();
    const { stream, log } = setUp({
      rawSink: { send: ({ frame: text }) => sent.push(text), bufferedBytes: () => 0 },
      execute: async (event) => {
        await executing.promise;
        return event as never;
      },
    });
    const first = stream.next();
    stream.sink.next(frame('one'));
    stream.sink.next(withErrors('wrong'));
    stream.sink.next(frame('two'));
    expect(sent).toEqual([frame('one')]);
    executing.resolve();
    expect((await first).value).toEqual({ data: { said: 'wrong' }, errors: [] });
    expect((await stream.next()).value).toEqual({ data: { said: 'two' } });
    void stream.next();
    stream.sink.next(frame('three'));
    expect(sent).toEqual([frame('one'), frame('three')]);
    expect(log).toEqual(['verbatim', 'executed', 'executed', 'verbatim']);
  });

  test('that is left settles its pending result at once, and says so to the subgraph', async () => {
    const { stream, log } = setUp();
    const pending = stream.next();
    await stream.return();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(log).toEqual(['unsubscribe', 'end unsubscribed']);
    await stream.return();
    expect(log).toHaveLength(2);
  });

  test('that is left while an event is executed drops the event', async () => {
    const executing = createDeferred();
    const { stream } = setUp({
      execute: async (event) => {
        await executing.promise;
        return event as never;
      },
    });
    const pending = stream.next();
    stream.sink.next(frame('a'));
    await stream.return();
    executing.resolve();
    expect((await pending).done).toBe(true);
    expect((await stream.next()).done).toBe(true);
  });

  test('whose client vanished says nothing to the subgraph', async () => {
    const { stream, log } = setUp({ clientGone: true });
    void stream.next();
    await stream.return();
    expect(log).toEqual(['end disconnected']);
  });

  test('delivers what came before the loss, then the error, then its end', async () => {
    const { stream, log } = setUp();
    stream.sink.next(frame('a'));
    stream.sink.failed(lost);
    stream.sink.next(frame('too late'));
    expect((await stream.next()).value).toEqual({ data: { said: 'a' } });
    expect((await stream.next()).value).toMatchObject({
      data: null,
      errors: [{ message: 'SUBGRAPH_UNAVAILABLE' }],
    });
    expect((await stream.next()).done).toBe(true);
    expect(log.at(-1)).toBe('end failed SUBGRAPH_UNAVAILABLE');
  });

  test('answers a frame that is not JSON with an error instead of ending the process', async () => {
    const { stream } = setUp();
    stream.sink.next('{"id":"1","type":"next","payload":{');
    expect((await stream.next()).value).toMatchObject({ errors: [{ message: 'SUBGRAPH_BAD_ANSWER' }] });
  });

  test('holds the subgraph back when its window is full, and lets it go on when half is read', async () => {
    const { stream, log } = setUp();
    for (const text of ['a', 'b', 'c', 'd']) stream.sink.next(frame(text));
    expect(log).toEqual(['pause']);
    await stream.next();
    expect(log).not.toContain('resume');
    await stream.next();
    expect(log).toContain('resume');
    await stream.return();
  });

  test('gives up on a client that reads nothing, counting from its last sign of life', async () => {
    vi.useFakeTimers();
    try {
      const { stream, log } = setUp({ window: { maxEvents: 8, maxBytes: 10_000, patienceMs: 1_000 } });
      for (let index = 0; index < 8; index += 1) stream.sink.next(frame(String(index)));
      vi.advanceTimersByTime(900);
      await stream.next();
      vi.advanceTimersByTime(900);
      expect(log).not.toContain('abandon SLOW_CONSUMER');
      vi.advanceTimersByTime(100);
      expect(log).toContain('abandon SLOW_CONSUMER');
      await stream.return();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a frame', () => {
  test('tells its id and where its payload begins, without being parsed', () => {
    const text = frame('x');
    expect(idOfNext(text)).toBe('1');
    expect(text.slice(payloadStart(text), -1)).toBe('{"data":{"said":"x"}}');
  });

  test.each([
    '{"type":"next","id":"1","payload":{}}',
    '{"id":"1","type":"complete"}',
    '{"id":"a\\"","type":"next","payload":{}}',
    '[]',
    '',
  ])('%j is parsed instead', (text) => expect(idOfNext(text)).toBeUndefined());
});
