import { expect, test } from 'vitest';
import { checkRunConfig, defaultArchitecture, defaultHyperparameters } from './run-config.ts';

const nothing = {
  architecture: null,
  hyperparameters: undefined,
  continues: false,
  task: 'LANGUAGE_MODEL',
} as const;

test('what is left out has the defaults of the schema, which are allowed', () => {
  expect(checkRunConfig(nothing)).toEqual({
    config: { architecture: defaultArchitecture, hyperparameters: defaultHyperparameters },
  });
  const given = { ...nothing, hyperparameters: { steps: 7, batchSize: null } };
  expect(checkRunConfig(given)).toMatchObject({ config: { hyperparameters: { steps: 7, batchSize: 8 } } });
});

test('a run that continues keeps the network of its version, whatever is given', () => {
  const given = { ...nothing, architecture: { attentionHeads: 3 }, continues: true };
  expect(checkRunConfig(given)).toMatchObject({ config: { architecture: null } });
});

test.each([
  [{ hiddenSize: 100 }, 'hiddenSize', /heads of 25; serving needs a multiple of 16/],
  [{ attentionHeads: 3 }, 'hiddenSize', /128 is not a multiple of the 3 attention heads/],
  [{ keyValueHeads: 3 }, 'keyValueHeads', /3 does not divide the 4 attention heads/],
  [{ contextLength: 31 }, 'contextLength', /31 is outside 32 to 1,024/],
])('a network of %j is refused by the path of the value', (architecture, field, message) => {
  expect(checkRunConfig({ ...nothing, architecture })).toEqual({
    problem: { field: `input.architecture.${field}`, message: expect.stringMatching(message) },
  });
});

test('an encoder learns to read whole texts, with heads of any size, and is refused where text is to be continued', () => {
  const given = { ...nothing, architecture: { family: 'BERT', hiddenSize: 100, keyValueHeads: 3 } } as const;
  expect(checkRunConfig({ ...given, task: 'EMBEDDING' })).toMatchObject({
    config: { architecture: { family: 'BERT', hiddenSize: 100 } },
  });
  expect(checkRunConfig(given)).toEqual({
    problem: {
      field: 'input.architecture.family',
      message: expect.stringMatching(/^an encoder reads whole texts and continues none/),
    },
  });
  // So that configs of before encoders say the same.
  const decoder = { ...nothing, architecture: { family: 'LLAMA' } } as const;
  expect(checkRunConfig(decoder)).toEqual(checkRunConfig(nothing));
});

test.each([
  [{ optimizer: 'SGD', momentum: 1 }, 'momentum', /1 is outside 0 to 0.999/],
  [{ optimizer: 'SGD', momentum: 0, nesterov: true }, 'nesterov', /needs a momentum above 0/],
  [{ gradientAccumulationSteps: 3 }, 'batchSize', /8 sequences of a step do not divide into 3 accumulation/],
  [{ dataParallelWorkers: 3 }, 'dataParallelWorkers', /3 is not 1, 2, 4 or 8/],
  [
    { gradientAccumulationSteps: 4, dataParallelWorkers: 4 },
    'batchSize',
    /4 accumulation steps of 4 workers/,
  ],
  [{ dropout: 1 }, 'dropout', /1 is outside 0 to 0.9/],
  [{ finalLearningRateShare: -0.1 }, 'finalLearningRateShare', /outside 0 to 1/],
] as const)(
  'hyperparameters of %j are refused by the path of the value',
  (hyperparameters, field, message) => {
    expect(checkRunConfig({ ...nothing, hyperparameters })).toEqual({
      problem: { field: `input.hyperparameters.${field}`, message: expect.stringMatching(message) },
    });
  },
);

test.each([
  [{ gradientAccumulationSteps: 2 }, 'gradientAccumulationSteps', /in one piece/],
  [{ dataParallelWorkers: 2 }, 'dataParallelWorkers', /in one piece/],
  [{ batchSize: 1 }, 'batchSize', /at least 2 pairs/],
])('a batch of pairs of %j is refused by the path of the value', (hyperparameters, field, message) => {
  expect(checkRunConfig({ ...nothing, task: 'EMBEDDING', hyperparameters })).toEqual({
    problem: { field: `input.hyperparameters.${field}`, message: expect.stringMatching(message) },
  });
  expect(checkRunConfig({ ...nothing, task: 'CLASSIFICATION', hyperparameters })).toMatchObject({
    config: { task: 'CLASSIFICATION' },
  });
});
