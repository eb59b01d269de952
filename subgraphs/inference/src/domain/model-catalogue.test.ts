import { expect, test } from 'vitest';
import { createModelCatalogue } from './model-catalogue.ts';

const catalogue = createModelCatalogue({
  versions: [
    { versionId: 'facts@1', tenant: 'platform' },
    { versionId: 'facts@2', tenant: 'platform' },
    { versionId: 'prose@1', tenant: 'acme' },
  ],
  aliases: [
    { modelName: 'facts', alias: 'champion', versionId: 'facts@2', servingVersionId: 'facts@1' },
    { modelName: 'facts', alias: 'candidate', versionId: 'facts@2', servingVersionId: null },
    { modelName: 'ghost', alias: 'champion', versionId: 'ghost@1', servingVersionId: null },
  ],
  defaultModel: 'facts',
  sharedTenant: 'platform',
});

test('an alias answers with the version that it serves, until the one it points to is ready', () => {
  expect(catalogue.resolve('facts', 'acme')).toEqual({ kind: 'version', versionId: 'facts@1' });
  expect(catalogue.resolve('facts@candidate', 'acme')).toEqual({ kind: 'version', versionId: 'facts@2' });
  expect(catalogue.resolve(undefined, 'acme')).toEqual({ kind: 'version', versionId: 'facts@1' });
});

test('a version is found by its number, aliased or not', () => {
  expect(catalogue.resolve('prose@1', 'acme')).toEqual({ kind: 'version', versionId: 'prose@1' });
});

test.each(['facts@3', 'facts@staging', 'ghost', 'prose', ''])(
  '%j is unknown, and the names that work are told',
  (name) => {
    expect(catalogue.resolve(name, 'acme')).toEqual({
      kind: 'unknown',
      model: name,
      available: ['facts', 'facts@champion', 'facts@candidate', 'facts@1', 'facts@2', 'prose@1'],
    });
  },
);

test('without any version the default model is not there yet', () => {
  const empty = createModelCatalogue({
    versions: [],
    aliases: [],
    defaultModel: 'facts',
    sharedTenant: 'platform',
  });
  expect(empty.resolve(undefined, 'acme')).toEqual({ kind: 'no-default' });
});

test('a version of another tenant does not exist', () => {
  expect(catalogue.resolve('prose@1', 'other')).toEqual({
    kind: 'unknown',
    model: 'prose@1',
    available: ['facts', 'facts@champion', 'facts@candidate', 'facts@1', 'facts@2'],
  });
});
