import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepAlive } from './heartbeats.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

class QuietResponse extends EventEmitter {
  readonly written: string[] = [];
  writableEnded = false;
  destroyed = false;
  write(text: string): void {
    this.written.push(text);
  }
}

function open(heartbeat: string): QuietResponse {
  const response = new QuietResponse();
  keepAlive(response as unknown as ServerResponse, heartbeat);
  return response;
}

test('each quiet stream hears its own heartbeat every twelve seconds, by one timer for all', () => {
  const first = open('a');
  vi.advanceTimersByTime(5_000);
  const second = open('b');
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(7_000);
  expect([first.written, second.written]).toEqual([['a'], []]);
  vi.advanceTimersByTime(5_000);
  expect([first.written, second.written]).toEqual([['a'], ['b']]);
  vi.advanceTimersByTime(24_000);
  expect([first.written, second.written]).toEqual([
    ['a', 'a', 'a'],
    ['b', 'b', 'b'],
  ]);
  first.emit('close');
  second.emit('close');
});

test('nothing is written behind the end of a stream, and no timer stays behind the last', () => {
  const ended = open('a');
  const closed = open('b');
  ended.writableEnded = true;
  closed.emit('close');
  vi.advanceTimersByTime(24_000);
  expect([ended.written, closed.written]).toEqual([[], []]);
  ended.emit('close');
  expect(vi.getTimerCount()).toBe(0);
});
