import { createByIdLoader } from '@fathom/platform/by-id-loader';
import type { Database } from '@fathom/platform/database/database';
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
    viewsOfEntity: createGroupLoader(
      (entityIds) => viewsByEntityIds(database, tenant, entityIds),
      ({ entityId }) => entityId,
    ),
    exportsOfView: createGroupLoader(
      (viewIds) => exportsByViewIds(database, viewIds),
      ({ viewId }) => viewId,
    ),
    entityCount: new DataLoader<string, number>(async (viewIds) => {
      const counts = new Map((await entityCounts(database, viewIds)).map(({ id, count }) => [id, count]));
      return viewIds.map((id) => counts.get(id) ?? 0);
    }),
  };
}

/** A loader of lists: one query a batch, an empty list where a key has no rows. */
function createGroupLoader<Row>(
  loadRows: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
) {
  return new DataLoader<string, readonly Row[]>(async (keys) => {
    const rows = await loadRows(keys);
    const groups = new Map(keys.map((key) => [key, [] as Row[]]));
    for (const row of rows) groups.get(keyOf(row))?.push(row);
    return keys.map((key) => groups.get(key) ?? []);
  });
}
