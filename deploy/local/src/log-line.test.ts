import { describe, expect, it } from 'vitest';
import { createRepetitionFilter, describeLine } from './log-line.ts';

describe('a log line', () => {
  it('is told by its level, message and error', () => {
    const line = JSON.stringify({
      'log.level': 'warn',
      message: 'an operation failed',
      error: { message: 'the disk is full' },
    });
    expect(describeLine(line)).toEqual({ level: 'warn', text: 'an operation failed: the disk is full' });
  });

  it('is an error when it is no JSON, for only a crash writes such lines, but its stack is not news', () => {
    expect(describeLine('Segmentation fault').level).toBe('error');
    expect(describeLine('    at start (index.ts:3:7)').level).toBe('info');
  });
});

it('lets the same words through once in so long', () => {
  let now = 0;
  const isNews = createRepetitionFilter(100, () => now);
  expect([isNews('a'), isNews('a'), isNews('b')]).toEqual([true, false, true]);
  now = 100;
  expect(isNews('a')).toBe(true);
});
