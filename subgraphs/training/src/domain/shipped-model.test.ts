import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shippedEvaluation, shippedRun, suitesOf } from './shipped-model.ts';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../models/fathom-facts/${file}`, import.meta.url), 'utf8'));

test('the records that are committed beside the shipped model can be imported', () => {
  const run = shippedRun.parse(read('training-run.json'));
  const suites = suitesOf(shippedEvaluation.parse(read('evaluation.json')), run);
  expect(run.curve.at(-1)?.step).toBeLessThanOrEqual(run.steps);
  expect(suites.find(({ suite }) => suite === 'held-out')?.loss).toBe(run.finalHeldOutLoss);
  expect(suites.map(({ suite }) => suite)).toContain('hand-written');
});
