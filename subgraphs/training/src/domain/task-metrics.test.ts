import { expect, test } from 'vitest';
import { createClassificationTally, spearman } from './task-metrics.ts';

/** Of pairs of an expected and a predicted label. */
function metricsOf(...pairs: readonly string[]) {
  const tally = createClassificationTally();
  for (const [expected, predicted] of pairs) tally.add(expected!, predicted!);
  return tally.metrics();
}

test('macro-F1 counts a rare label as much as a frequent one, where accuracy does not', () => {
  // a: precision 3/4, recall 1; b: precision 0, recall 0.
  expect(metricsOf('aa', 'aa', 'aa', 'ba')).toEqual({
    accuracy: 0.75,
    macroF1: 3 / 7,
  });
  expect(metricsOf('aa', 'bb')).toEqual({ accuracy: 1, macroF1: 1 });
});

test('a label that is predicted and never expected lowers macro-F1', () => {
  expect(metricsOf('aa', 'ac').macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
});

test('rank correlation is of the order alone, and equal values share a rank', () => {
  expect(spearman([1, 2, 3, 4], [10, 100, 1_000, 1e6])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3, 4], [4, 3, 2, 1])).toBeCloseTo(-1, 12);
  // scipy.stats.spearmanr([1, 2, 2, 4, 5], [0.3, 0.1, 0.4, 0.4, 0.9]) gives 0.763157…
  expect(spearman([1, 2, 2, 4, 5], [0.3, 0.1, 0.4, 0.4, 0.9])).toBeCloseTo(0.763157894736842, 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
});
