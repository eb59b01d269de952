import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrace, syntheticTrace } from './trace.ts';

function write(...lines: readonly string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'fathom-trace-')), 'trace.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

test('a recorded trace is read in the order of time, empty lines left out', () => {
  const file = write(
    '{"atMs": 20, "promptTokens": 70, "completionTokens": 5}',
    '',
    '{"atMs": 10, "promptTokens": 31, "completionTokens": 6, "maxTokens": 20}',
  );
  expect(readTrace(file)).toEqual([
    { atMs: 10, promptTokens: 31, completionTokens: 6, maxTokens: 20, session: undefined, prefix: [] },
    {
      atMs: 20,
      promptTokens: 70,
      completionTokens: 5,
      maxTokens: 5,
      session: undefined,
      prefix: ['request-0/0', 'request-0/1'],
    },
  ]);
});

test('turns of a session begin alike, and a system prompt is shared by all who name it', () => {
  const file = write(
    '{"atMs": 1, "promptTokens": 288, "completionTokens": 5, "session": "a", "system": "s"}',
    '{"atMs": 2, "promptTokens": 320, "completionTokens": 5, "session": "a", "system": "s"}',
    '{"atMs": 3, "promptTokens": 288, "completionTokens": 5, "session": "b", "system": "s"}',
  );
  const [first, later, other] = readTrace(file).map(({ prefix }) => prefix);
  expect(later?.slice(0, 9)).toEqual(first);
  expect(other?.slice(0, 8)).toEqual(first?.slice(0, 8));
  expect(other?.[8]).not.toBe(first?.[8]);
});

test.each([
  ['no JSON', '{"atMs": 1,'],
  ['no prompt', '{"atMs": 1, "completionTokens": 5}'],
  ['more than it asked for', '{"atMs": 1, "promptTokens": 1, "completionTokens": 5, "maxTokens": 4}'],
])('a line with %s is named', (_, line) => {
  const file = write('{"atMs": 1, "promptTokens": 1, "completionTokens": 1}', '', line);
  expect(() => readTrace(file)).toThrow(`${file}:3 is no request`);
});

test('the same seed makes the same synthetic trace, of about the rate that was asked for', () => {
  const make = () => {
    let state = 7;
    const random = (): number => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    return syntheticTrace({ requestsPerSecond: 100, seconds: 60, random });
  };
  const trace = make();
  expect(trace).toEqual(make());
  expect(trace.length / 60).toBeGreaterThan(50);
  expect(trace.length / 60).toBeLessThan(150);
  for (const [at, { atMs }] of trace.entries()) expect(atMs).toBeGreaterThanOrEqual(trace[at - 1]?.atMs ?? 0);
});
