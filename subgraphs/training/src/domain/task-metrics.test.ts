import { expect, test } from 'vitest';
import { classificationMetrics } from './task-metrics.ts';

const pairs = (...labels: readonly string[]) =>
  labels.map((pair) => ({ expected: pair[0]!, predicted: pair[1]! }));

test('macro-F1 counts a rare label as much as a frequent one, where accuracy does not', () => {
  // a: precision 3/4, recall 1; b: precision 0, recall 0.
  expect(classificationMetrics(pairs('aa', 'aa', 'aa', 'ba'))).toEqual({
    accuracy: 0.75,
    macroF1: 3 / 7,
  });
  expect(classificationMetrics(pairs('aa', 'bb'))).toEqual({ accuracy: 1, macroF1: 1 });
});

test('a label that is predicted and never expected lowers macro-F1', () => {
  expect(classificationMetrics(pairs('aa', 'ac')).macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
});
