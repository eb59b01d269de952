import { expect, test } from 'vitest';
import { splitExamples } from './split.ts';

const examples = Array.from({ length: 40 }, (_, index) => ({ prompt: `q${index}`, completion: `a${index}` }));
const options = { seed: 7, heldOutShare: 0.25 };

test('the share that was asked for is held out, and nothing is lost', () => {
  const { training, heldOut } = splitExamples(examples, options);
  expect(heldOut).toHaveLength(10);
  expect(new Set([...training, ...heldOut])).toEqual(new Set(examples));
});

test('order does not matter, the seed does', () => {
  const names = (split: ReturnType<typeof splitExamples<(typeof examples)[number]>>) =>
    split.heldOut.map(({ prompt }) => prompt).sort();
  const reversed = splitExamples([...examples].reverse(), options);
  expect(names(reversed)).toEqual(names(splitExamples(examples, options)));
  expect(names(splitExamples(examples, { ...options, seed: 8 }))).not.toEqual(names(reversed));
});

test('equal examples stay on one side', () => {
  const { training, heldOut } = splitExamples([...examples, ...examples], options);
  const trained = new Set(training.map(({ prompt }) => prompt));
  expect(heldOut.filter(({ prompt }) => trained.has(prompt))).toEqual([]);
});

test('each side has at least one example, so one alone is refused', () => {
  const two = examples.slice(0, 2);
  expect(splitExamples(two, { seed: 1, heldOutShare: 0.01 }).heldOut).toHaveLength(1);
  expect(splitExamples(two, { seed: 1, heldOutShare: 0.99 }).training).toHaveLength(1);
  expect(() => splitExamples([two[0]!, two[0]!], options)).toThrow('none can be held out');
});
