import { expect, test } from 'vitest';
import { checkJobInput, type StartFineTuningJobInput } from './job-input.ts';

const examples = [
  { prompt: 'a', completion: 'b' },
  { prompt: 'c', completion: 'd' },
];
const input: StartFineTuningJobInput = { baseVersionId: 'base@1', modelName: 'tuned', examples };

test('what is left out has the defaults of the schema', () => {
  expect(checkJobInput({ ...input, steps: null })).toEqual({
    settings: { rank: 8, alpha: 16, steps: 100, batchSize: 8, learningRate: 0.002, seed: 1 },
  });
});

test.each([
  [{ modelName: 'Not a name' }, 'input.modelName', /not 1 to 60 characters/],
  [{ dataSetId: 'set' }, 'input.examples', /give one of both/],
  [{ examples: null }, 'input.examples', /missing, and so is `dataSetId`/],
  [{ examples: examples.slice(1) }, 'input.examples', /number 1, allowed are 2 to 10,000/],
  [{ examples: [examples[0]!, { prompt: ' ', completion: 'x' }] }, 'input.examples.1', /`prompt` is empty/],
  [{ rank: 65 }, 'input.rank', /65 is outside 1 to 64/],
  [{ alpha: 0 }, 'input.alpha', /0 is outside/],
  [{ steps: 20_001 }, 'input.steps', /outside 1 to 20,000/],
  [{ learningRate: Number.NaN }, 'input.learningRate', /NaN is outside/],
])('%j is refused by the path of the value', (more, field, message) => {
  expect(checkJobInput({ ...input, ...more })).toEqual({
    problem: { field, message: expect.stringMatching(message) },
  });
});
