import { expect, test } from 'vitest';
import { comparisonText } from './compare-runs.ts';
import { bytesText, durationText } from './progress-lines.ts';
import { createProgressReport } from './progress-report.ts';
import type { RunEvent } from './run-event.ts';

const place = { sequence: 1, cursor: 'c' };
const stepped = (step: number, heldOutLoss: number | null = null): RunEvent => ({
  ...place,
  __typename: 'TrainingStepped',
  etaSeconds: 75,
  point: {
    step,
    loss: 1.23456,
    heldOutLoss,
    learningRate: 0.003,
    gradientNorm: 0.5,
    tokensPerSecond: 12_345.6,
  },
});
const training: RunEvent = {
  ...place,
  __typename: 'TrainingRunTransitioned',
  transition: { from: 'INITIALISING', to: 'TRAINING', detail: '2 parameters', at: 'now' },
};
const checkpointed: RunEvent = {
  ...place,
  __typename: 'TrainingCheckpointed',
  checkpoint: { step: 20, sizeBytes: 1_500_000 },
};

function shown(
  events: readonly RunEvent[],
  more: { json?: boolean; isTTY?: boolean; nowMs?: () => number } = {},
) {
  const written: string[] = [];
  const { json = false, isTTY = false, nowMs = () => 0 } = more;
  const output = { isTTY, columns: 118, write: (text: string) => written.push(text) > 0 };
  const report = createProgressReport({ json, totalSteps: 40, output, nowMs });
  for (const event of events) report.tell(event);
  report.end();
  return written.join('');
}

test('a terminal shows one bar that moves, and lines for what else happens', () => {
  expect(shown([training, stepped(10), stepped(20, 1.5), checkpointed], { isTTY: true })).toBe(
    [
      'TRAINING: 2 parameters\n',
      '█████░░░░░░░░░░░░░░░ step 10/40 · loss 1.2346 · lr 3.00e-3 · grad 0.50 · 12,346 tokens/s · 1 min 15 s left',
      '\r\u001b[K██████████░░░░░░░░░░ step 20/40 · loss 1.2346 · held-out 1.5000 · lr 3.00e-3 · grad 0.50 · 12,346 tokens/s · 1 min 15',
      '\r\u001b[Kcheckpoint of step 20 (1.5 MB)\n',
    ].join(''),
  );
});

test('elsewhere lines of steps come once a second, but measured ones and the last always', () => {
  let now = 0;
  const events = [stepped(1), stepped(2), stepped(3, 1.5), stepped(4), stepped(40)];
  const lines = shown(events, { nowMs: () => (now += 300) })
    .trimEnd()
    .split('\n');
  expect(lines.map((line) => /step (\d+)/.exec(line)?.[1])).toEqual(['1', '3', '40']);
});

test('for programs every event is a JSON line', () => {
  const lines = shown([training, stepped(1)], { json: true })
    .trimEnd()
    .split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([training, stepped(1)]);
});

test('durations and sizes are for people', () => {
  expect([12.2, 75, 3_725].map(durationText)).toEqual(['13 s', '1 min 15 s', '1 h 2 min']);
  expect([12, 12_345, 1_234_567].map(bytesText)).toEqual(['12 B', '12 kB', '1.2 MB']);
});

test('compared runs are columns', () => {
  const text = comparisonText(['run_1', 'run_2'], {
    differences: [{ path: 'seed', values: ['1', null] }],
    metrics: [{ name: 'loss', values: [1.234567, 2] }],
    curve: [{ step: 4, losses: [3.5, null], heldOutLosses: [null, null] }],
  });
  expect(text).toBe(`A  run_1
B  run_2

differs in  A  B
seed        1  -

result       A  B
loss    1.2346  2

loss up to step       A  B
              4  3.5000  -
`);
});
