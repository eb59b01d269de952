import { createLogger } from '@fathom/platform/logging';
import { expect, it } from 'vitest';
import { AliasFollower } from './alias-follower.ts';
import { ModelTables } from './model-tables.ts';
import { Residents } from './residents.ts';

const versionOf = (number: number) => ({
  versionId: `tiny@${number}`,
  modelName: 'tiny',
  number,
  kind: 'FULL' as const,
  parentVersionId: null,
  artifactUri: 'file:///tiny',
  sizeBytes: 1,
  tenant: 'platform',
});

it('shows a version as a deployment only when its name can be resolved', async () => {
  const registered = [versionOf(1)];
  const shown: string[] = [];
  const tables: ModelTables = new ModelTables({
    store: {
      async versions() {
        const read = [...registered];
        // It is announced while the tables are read.
        if (registered.length === 1) registered.push(versionOf(2));
        return read;
      },
      aliases: async () => [],
    },
    splits: { splits: async () => [] },
    defaultModel: 'tiny',
    isReady: () => false,
  });
  const follower = new AliasFollower({
    store: {
      async addMissingDeployments(versionIds) {
        for (const id of versionIds) expect(tables.catalogue.resolve(id, 'test').kind).toBe('version');
        shown.push(...versionIds.filter((id) => !shown.includes(id)));
      },
      serve: async () => undefined,
    },
    tables,
    residents: new Residents({
      memoryBytes: 1,
      isLed: () => false,
      load: async () => ({ kind: 'failed', detail: 'nothing is loaded here' }),
      onLoading: () => undefined,
      onFailed: () => undefined,
      onLeft: () => undefined,
    }),
    onDraining: () => undefined,
    logger: createLogger({ service: 'test', level: 'fatal' }),
  });
  await follower.refresh();
  expect(shown).toEqual(['tiny@1']);
  await follower.refresh();
  expect(shown).toEqual(['tiny@1', 'tiny@2']);
  await follower.close();
});
