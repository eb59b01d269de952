import { setImmediate as turn } from 'node:timers/promises';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { createDeferred, type Deferred } from '../deferred.ts';
import { deliverEvents } from './deliver-events.ts';

/** A source whose events are put in by hand; `asked` counts who waited for one. */
function createSource() {
  const atHand: number[] = [];
  let waiting: Deferred<IteratorResult<number, undefined>> | undefined;
  const source = {
    asked: 0,
    left: 0,
    put(...events: readonly number[]) {
      atHand.push(...events);
      const first = waiting && atHand.shift();
      if (first === undefined) return;
      waiting?.resolve({ value: first, done: false });
      waiting = undefined;
    },
    end: () => waiting?.resolve({ value: undefined, done: true }),
    fail: (error: Error) => waiting?.reject(error),
    ready: () => atHand.shift(),
    next() {
      source.asked += 1;
      waiting = createDeferred();
      return waiting.promise;
    },
    async return() {
      source.left += 1;
      return { value: undefined, done: true as const };
    },
  };
  return source;
}

const resultOf = (event: number): ExecutionResult => ({ data: { event } });

/** What graphql-ws does: sends what it gets, then asks again. */
async function relay(events: AsyncIterable<ExecutionResult>, sent: unknown[]): Promise<void> {
  for await (const { errors } of events) sent.push(errors?.map(({ message }) => message));
  sent.push('complete');
}

function eventsSentTo(sent: unknown[]) {
  return ({ data }: ExecutionResult): undefined => void sent.push(data?.['event']);
}

test('what is at hand is sent at once, in order, and the source is waited for once', async () => {
  const source = createSource();
  const sent: unknown[] = [];
  const relayed = relay(deliverEvents({ source, execute: resultOf, send: eventsSentTo(sent) }), sent);
  source.put(1, 2, 3, 4);
  await turn();
  expect(sent).toEqual([1, 2, 3, 4]);
  expect(source.asked).toBe(2);
  source.put(5);
  await turn();
  source.end();
  await relayed;
  expect(sent).toEqual([1, 2, 3, 4, 5, 'complete']);
});

test('a result with errors is told by the protocol, in its place', async () => {
  const source = createSource();
  const sent: unknown[] = [];
  const execute = (event: number): ExecutionResult =>
    event === 2 ? { errors: [new GraphQLError('two')] } : resultOf(event);
  const relayed = relay(deliverEvents({ source, execute, send: eventsSentTo(sent) }), sent);
  source.put(1, 2, 3);
  await turn();
  expect(sent).toEqual([1, ['two'], 3]);
  source.end();
  await relayed;
});

test('results that are made later keep their order', async () => {
  const source = createSource();
  const sent: unknown[] = [];
  const made = new Map<number, Deferred<ExecutionResult>>();
  const execute = (event: number): ExecutionResult | Promise<ExecutionResult> => {
    if (event % 2 === 0) return resultOf(event);
    const deferred = createDeferred<ExecutionResult>();
    made.set(event, deferred);
    return deferred.promise;
  };
  const relayed = relay(deliverEvents({ source, execute, send: eventsSentTo(sent) }), sent);
  source.put(1, 2, 3, 4);
  await turn();
  expect(sent).toEqual([]);
  made.get(1)?.resolve(resultOf(1));
  await turn();
  expect(sent).toEqual([1, 2]);
  made.get(3)?.resolve(resultOf(3));
  await turn();
  source.end();
  await relayed;
  expect(sent).toEqual([1, 2, 3, 4, 'complete']);
});

test('a socket that has enough is waited for, and the source is asked for nothing meanwhile', async () => {
  const source = createSource();
  const sent: unknown[] = [];
  let left: Deferred<void> | undefined;
  const events = deliverEvents({
    source,
    execute: resultOf,
    send({ data }) {
      sent.push(data?.['event']);
      if (sent.length % 2 === 1) return undefined;
      left = createDeferred();
      return left.promise;
    },
  });
  const relayed = relay(events, sent);
  source.put(1, 2, 3);
  await turn();
  expect(sent).toEqual([1, 2]);
  const { asked } = source;
  left?.resolve();
  await turn();
  expect(sent).toEqual([1, 2, 3]);
  expect(source.asked).toBe(asked + 1);
  source.end();
  await relayed;
});

test('leaving settles who waits, and nothing is sent behind it', async () => {
  const source = createSource();
  const sent: unknown[] = [];
  const later = createDeferred<ExecutionResult>();
  const events = deliverEvents({ source, execute: () => later.promise, send: eventsSentTo(sent) });
  const pending = events.next();
  source.put(1, 2);
  await turn();
  await events.return();
  expect(await pending).toEqual({ value: undefined, done: true });
  later.resolve(resultOf(1));
  await turn();
  expect(sent).toEqual([]);
  expect(source.left).toBe(1);
  expect(await events.next()).toEqual({ value: undefined, done: true });
});

test.each([
  ['a source that fails', undefined],
  ['an event that cannot be executed', 1],
])('%s rejects what is waited for', async (_, event) => {
  const source = createSource();
  const events = deliverEvents({
    source,
    execute() {
      throw new Error('broken');
    },
    send: () => undefined,
  });
  const pending = events.next();
  if (event === undefined) source.fail(new Error('broken'));
  else source.put(event);
  await expect(pending).rejects.toThrow('broken');
});
