/** Loaders of one request: a list of fifty objects costs one query of each kind. */
import type { Identity } from '@fathom/platform/identity';
import DataLoader from 'dataloader';
import type { TokenRecord } from './domain/generation.ts';
import type { ReadGeneration } from './runtime/generation-reader.ts';
import type { InferenceService } from './service.ts';
import type { DeploymentRow } from './stores/model-store.ts';

export interface Loaders {
  /** Of the caller's tenant. */
  readonly generation: DataLoader<string, ReadGeneration | null>;
  /** Stored tokens of ended generations of the caller's tenant. */
  readonly tokens: DataLoader<string, readonly TokenRecord[]>;
  readonly deployment: DataLoader<string, DeploymentRow | null>;
  readonly deploymentOfVersion: DataLoader<string, DeploymentRow | null>;
  /** The newest generations of a version; one loader for each number of them that is asked for. */
  generationsOfVersion(limit: number): DataLoader<string, readonly ReadGeneration[]>;
}

export function createLoaders({ reader, store, models }: InferenceService, { tenant }: Identity): Loaders {
  const ofVersion = new Map<number, DataLoader<string, readonly ReadGeneration[]>>();
  return {
    generation: new DataLoader(async (ids) => {
      const found = new Map((await reader.byIds(tenant, ids)).map((read) => [read.record.id, read]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    tokens: new DataLoader(async (ids) => {
      const found = await store.tokensByIds(tenant, ids);
      return ids.map((id) => found.get(id) ?? []);
    }),
    deployment: new DataLoader(async (ids) => {
      const found = new Map((await models.deploymentsByIds(tenant, ids)).map((row) => [row.id, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    deploymentOfVersion: new DataLoader(async (versionIds) => {
      const found = new Map(
        (await models.deploymentsByVersions(tenant, versionIds)).map((row) => [row.versionId, row]),
      );
      return versionIds.map((id) => found.get(id) ?? null);
    }),
    generationsOfVersion(limit) {
      const existing = ofVersion.get(limit);
      if (existing) return existing;
      const loader = new DataLoader<string, readonly ReadGeneration[]>(async (versionIds) => {
        const found = await reader.byVersions(tenant, versionIds, limit);
        return versionIds.map((id) => found.get(id) ?? []);
      });
      ofVersion.set(limit, loader);
      return loader;
    },
  };
}
