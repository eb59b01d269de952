import { NeuralError } from '@fathom/neural/errors';
import { expect, test } from 'vitest';
import { namingLines } from './naming-lines.ts';

const notFinite = (examples: readonly number[]) =>
  new NeuralError('LOSS_NOT_FINITE', 'step 3: loss NaN', { details: { step: 3, examples } });

test('the examples of a batch are named by their lines, and a long list is cut', () => {
  const lines = [2, 3, 5, 7, 11];
  expect(namingLines(notFinite([4, 0]), (place) => lines[place]!)).toMatchObject({
    code: 'LOSS_NOT_FINITE',
    message: 'step 3: loss NaN. Its batch held line 2, 11 of the data set',
    details: { step: 3, lines: [2, 11] },
  });
  const many = Array.from({ length: 30 }, (_, at) => at);
  expect((namingLines(notFinite(many), (place) => place) as Error).message).toMatch(
    /18, 19 and 10 more of the data set$/,
  );
});

test('other errors stay what they are', () => {
  const other = new Error('no');
  expect(namingLines(other, () => 1)).toBe(other);
});
