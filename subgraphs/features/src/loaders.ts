import { createByIdLoader } from '@fathom/platform/by-id-loader';
import type { Database } from '@fathom/platform/database/database';
import { createGroupedLoader } from '@fathom/platform/grouped-loader';
import DataLoader from 'dataloader';
import { entitiesByIds, entityCounts, viewsByEntityIds, viewsByIds } from './stores/definition-store.ts';
import { exportsByIds, exportsByViewIds } from './stores/export-store.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** Made for one request; they see the tenant's rows only. */
export function createLoaders(database: Database, tenant: string) {
  return {
    entity: createByIdLoader((ids) => entitiesByIds(database, tenant, ids)),
    view: createByIdLoader((ids) => viewsByIds(database, tenant, ids)),
    trainingSetExport: createByIdLoader((ids) => exportsByIds(database, tenant, ids)),
    viewsOfEntity: createGroupedLoader(
      (entityIds) => viewsByEntityIds(database, tenant, entityIds),
      ({ entityId }) => entityId,
    ),
    exportsOfView: createGroupedLoader(
      (viewIds) => exportsByViewIds(database, viewIds),
      ({ viewId }) => viewId,
    ),
    entityCount: new DataLoader<string, number>(async (viewIds) => {
      const counts = new Map((await entityCounts(database, viewIds)).map(({ id, count }) => [id, count]));
      return viewIds.map((id) => counts.get(id) ?? 0);
    }),
  };
}
