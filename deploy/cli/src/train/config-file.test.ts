import { expect, test } from 'vitest';
import { parseConfig } from './config-file.ts';
import { nearest } from './nearest.ts';

const problemsOf = (text: string) => {
  const parsed = parseConfig(text);
  return 'problems' in parsed ? parsed.problems : [];
};

test('a config has the names of the schema, and may bring its examples as a file', () => {
  const text = `
modelName: alphabet
dataSet: { file: examples.jsonl, name: the alphabet }
seed: 7
hyperparameters:
  steps: 400        # a comment
  learningRate: 3e-3
`;
  expect(parseConfig(text)).toEqual({
    input: { modelName: 'alphabet', seed: 7, hyperparameters: { steps: 400, learningRate: 0.003 } },
    dataSet: { file: 'examples.jsonl', name: 'the alphabet' },
  });
  expect(parseConfig('modelName: a\ndataSet: a.csv')).toMatchObject({
    dataSet: { file: 'a.csv', name: 'a.csv' },
  });
});

test('an unknown key is refused with its line and the key that was most likely meant', () => {
  const text = `modelName: a
dataSetId: dataset_1
hyperparameters:
  steps: 10
  learning_rate: 0.1
architecture:
  layer: 2
banana: 1
`;
  expect(problemsOf(text)).toEqual([
    '5: hyperparameters.learning_rate: there is no such key; did you mean `learningRate`?',
    '7: architecture.layer: there is no such key; did you mean `layers`?',
    expect.stringMatching(/^8: banana: there is no such key; there are architecture, dataSetId, /),
  ]);
});

test('a value of the wrong kind and a missing one are named with their place', () => {
  expect(problemsOf('modelName: a\nhyperparameters: { steps: many }')).toEqual([
    expect.stringMatching(/^1: .*"dataSetId" of required type "ID!" was not provided/),
    expect.stringMatching(/^2: hyperparameters.steps: Int cannot represent non-integer value: "many"/),
  ]);
  expect(problemsOf('modelName: a\ndataSetId: b\ndataSet: c.csv')).toEqual([
    '3: dataSet: give either `dataSet` or `dataSetId`',
  ]);
  expect(problemsOf('- a\n- b')).toEqual(['1: the config must be a list of keys with their values']);
  expect(problemsOf('modelName: [a')[0]).toMatch(/^\d: /);
});

test('a word that is like none of the known ones has no nearest', () => {
  expect(nearest('stepz', ['steps', 'seed'])).toBe('steps');
  expect(nearest('banana', ['steps', 'seed'])).toBeUndefined();
});
