import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Attendance } from './attendance.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function open() {
  const cancelled: string[] = [];
  return { cancelled, attendance: new Attendance({ graceMs: 30_000, cancel: (id) => cancelled.push(id) }) };
}

test('who started a generation cancels it by unsubscribing, even while others watch', () => {
  const { attendance, cancelled } = open();
  const leave = attendance.attend('g', 'starter');
  attendance.attend('g', 'follower');
  leave('UNSUBSCRIBED');
  expect(cancelled).toEqual(['g']);
});

test('a follower that unsubscribes cancels only when it was the last', () => {
  const { attendance, cancelled } = open();
  const [first, last] = [attendance.attend('g', 'follower'), attendance.attend('g', 'follower')];
  first('UNSUBSCRIBED');
  expect(cancelled).toEqual([]);
  last('UNSUBSCRIBED');
  expect(cancelled).toEqual(['g']);
});

test('a lost connection cancels after the grace period, and not when somebody came back', () => {
  const { attendance, cancelled } = open();
  attendance.attend('lost', 'starter')('DISCONNECTED');
  attendance.attend('resumed', 'starter')('DISCONNECTED');
  vi.advanceTimersByTime(29_000);
  attendance.attend('resumed', 'follower');
  vi.advanceTimersByTime(2_000);
  expect(cancelled).toEqual(['lost']);
});

test('a drain and a regular end cancel nothing', () => {
  const { attendance, cancelled } = open();
  attendance.attend('drained', 'starter')('DRAINING');
  attendance.attend('ended', 'starter')('ENDED');
  vi.advanceTimersByTime(60_000);
  expect(cancelled).toEqual([]);
});

test('a generation that is recovered waits for its watchers for the grace period', () => {
  const { attendance, cancelled } = open();
  attendance.await('g');
  vi.advanceTimersByTime(30_000);
  expect(cancelled).toEqual(['g']);
});

test('a watcher in another process keeps a generation alive for as long as it is heard of', () => {
  const { attendance, cancelled } = open();
  attendance.await('g');
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(20_000);
    attendance.seenElsewhere('g');
  }
  expect(cancelled).toEqual([]);
  vi.advanceTimersByTime(30_000);
  expect(cancelled).toEqual(['g']);
});
