import { createDeferred } from '@fathom/platform/deferred';
import { describe, expect, test } from 'vitest';
import { hedge } from './hedge.ts';

const signal = new AbortController().signal;

function attempts(count: number) {
  const answers = Array.from({ length: count }, () => createDeferred<string>());
  const signals: AbortSignal[] = [];
  return {
    answers,
    signals,
    attempt: (own: AbortSignal): Promise<string> => {
      signals.push(own);
      const answer = answers[signals.length - 1];
      if (!answer) throw new Error('too many attempts');
      return answer.promise;
    },
  };
}

describe('a hedged question', () => {
  test('is asked once where the answer comes in time', async () => {
    const { attempt, answers, signals } = attempts(1);
    answers[0]?.resolve('first');
    expect(await hedge({ afterMs: 60_000, signal, attempt, mayHedge: () => true })).toBe('first');
    expect(signals).toHaveLength(1);
  });

  test('is asked twice where it is late; the faster answer wins and the other is ended', async () => {
    const { attempt, answers, signals } = attempts(2);
    const answer = hedge({ afterMs: 1, signal, attempt, mayHedge: () => true });
    await expect.poll(() => signals.length).toBe(2);
    answers[1]?.resolve('second');
    expect(await answer).toBe('second');
    expect(signals[0]?.aborted).toBe(true);
    answers[0]?.reject(new Error('ended'));
  });

  test('is asked once where the budget allows no more', async () => {
    const { attempt, answers, signals } = attempts(1);
    let asked = 0;
    const answer = hedge({
      afterMs: 1,
      signal,
      attempt,
      mayHedge: () => {
        asked += 1;
        return false;
      },
    });
    await expect.poll(() => asked).toBe(1);
    answers[0]?.resolve('first');
    expect(await answer).toBe('first');
    expect(signals).toHaveLength(1);
  });

  test('waits for the other where one fails, and fails with the first if both do', async () => {
    const one = attempts(2);
    const answer = hedge({ afterMs: 1, signal, attempt: one.attempt, mayHedge: () => true });
    await expect.poll(() => one.signals.length).toBe(2);
    one.answers[0]?.reject(new Error('one'));
    one.answers[1]?.resolve('two');
    expect(await answer).toBe('two');

    const both = attempts(2);
    const failed = hedge({ afterMs: 1, signal, attempt: both.attempt, mayHedge: () => true });
    await expect.poll(() => both.signals.length).toBe(2);
    both.answers[1]?.reject(new Error('second'));
    both.answers[0]?.reject(new Error('first'));
    await expect(failed).rejects.toThrow('first');
  });
});
