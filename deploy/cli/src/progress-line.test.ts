import { expect, test } from 'vitest';
import { createProgressLine, formatBytes, progressText } from './progress-line.ts';

function draw(isTTY: boolean) {
  const written: string[] = [];
  let nowMs = 0;
  const line = createProgressLine(
    { isTTY, columns: 80, write: (text: string | Uint8Array) => written.push(String(text)) > 0 },
    () => nowMs,
  );
  return { written, line, wait: (ms: number) => (nowMs += ms) };
}

test('a terminal has one line that is rewritten, at most ten times a second, and ends with the last figure', () => {
  const { written, line, wait } = draw(true);
  for (let done = 0; done <= 100; done += 1) {
    line.show('sending', done, 100);
    wait(10);
  }
  line.end();
  expect(written.length).toBeLessThan(15);
  expect(written.every((text) => text.startsWith('\r') || text === '\n')).toBe(true);
  expect(written.at(-2)).toContain('[####################] 100% 100 B of 100 B');
});

test('elsewhere each tenth is a line, and what was there before does not count as speed', () => {
  const { written, line, wait } = draw(false);
  line.show('sending', 500_000, 1_000_000);
  wait(1_000);
  line.show('sending', 750_000, 1_000_000);
  line.show('sending', 755_000, 1_000_000);
  line.show('sending', 1_000_000, 1_000_000);
  expect(written).toEqual([
    'sending [##########..........] 50% 500 kB of 1.0 MB\n',
    'sending [###############.....] 75% 750 kB of 1.0 MB, 250 kB/s, 1 s left\n',
    'sending [####################] 100% 1.0 MB of 1.0 MB\n',
  ]);
});

test('bytes are told in the unit that fits', () => {
  expect([0, 999, 1_000, 1_234_567, 5e9, 3e15].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.2 MB',
    '5.0 GB',
    '3000 TB',
  ]);
  expect(progressText({ label: 'x', doneBytes: 0, totalBytes: 10, startBytes: 0, elapsedMs: 0 })).toBe(
    'x [....................] 0% 0 B of 10 B',
  );
});
