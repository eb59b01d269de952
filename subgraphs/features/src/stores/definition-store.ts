import type { Queryable } from '@fathom/platform/database/queryable';
import type { PageRequest } from '@fathom/platform/pagination';
import type { FeatureDefinition } from '../domain/feature-values.ts';
import type { FeatureEntityRecord, FeatureViewRecord } from '../mappers.ts';

const entityColumns = 'id, name, description';
const viewColumns = `id, name, entity_id as "entityId", description, features, lifetime_seconds as "lifetimeSeconds",
  row_count::float8 as "rowCount", newest_row_at as "newestRowAt", created_at as "createdAt"`;

/** Creates the entity, or returns the one of that name with its description brought up to date. */
export function upsertEntity(
  tx: Queryable,
  entity: {
    readonly id: string;
    readonly tenant: string;
    readonly name: string;
    readonly description: string;
  },
): Promise<FeatureEntityRecord> {
  return tx.one<FeatureEntityRecord>(
    `insert into feature_entity (id, tenant, name, description) values ($1, $2, $3, $4)
     on conflict (tenant, name) do update set description = excluded.description returning ${entityColumns}`,
    [entity.id, entity.tenant, entity.name, entity.description],
  );
}

export function entityByName(
  database: Queryable,
  tenant: string,
  name: string,
): Promise<FeatureEntityRecord | undefined> {
  return database.maybeOne<FeatureEntityRecord>(
    `select ${entityColumns} from feature_entity where tenant = $1 and name = $2`,
    [tenant, name],
  );
}

export function allEntities(database: Queryable, tenant: string): Promise<readonly FeatureEntityRecord[]> {
  return database.query<FeatureEntityRecord>(
    `select ${entityColumns} from feature_entity where tenant = $1 order by name`,
    [tenant],
  );
}

export function entitiesByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly FeatureEntityRecord[]> {
  return database.query<FeatureEntityRecord>(
    `select ${entityColumns} from feature_entity where tenant = $1 and id = any($2)`,
    [tenant, ids],
  );
}

export interface NewView {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly entityId: string;
  readonly description: string;
  readonly features: readonly FeatureDefinition[];
  readonly lifetimeSeconds: number | null;
}

/** The new view, or undefined where the tenant has one of that name already. */
export function insertView(tx: Queryable, view: NewView): Promise<FeatureViewRecord | undefined> {
  return tx.maybeOne<FeatureViewRecord>(
    `insert into feature_view (id, tenant, name, entity_id, description, features, lifetime_seconds)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7) on conflict (tenant, name) do nothing returning ${viewColumns}`,
    [
      view.id,
      view.tenant,
      view.name,
      view.entityId,
      view.description,
      JSON.stringify(view.features),
      view.lifetimeSeconds,
    ],
  );
}

export function updateView(
  tx: Queryable,
  view: Pick<NewView, 'id' | 'description' | 'features' | 'lifetimeSeconds'>,
): Promise<FeatureViewRecord> {
  return tx.one<FeatureViewRecord>(
    `update feature_view set description = $2, features = $3::jsonb, lifetime_seconds = $4 where id = $1 returning ${viewColumns}`,
    [view.id, view.description, JSON.stringify(view.features), view.lifetimeSeconds],
  );
}

export function viewByName(
  database: Queryable,
  tenant: string,
  name: string,
): Promise<FeatureViewRecord | undefined> {
  return database.maybeOne<FeatureViewRecord>(
    `select ${viewColumns} from feature_view where tenant = $1 and name = $2`,
    [tenant, name],
  );
}

/** As {@link viewByName}, and keeps others from changing it until the transaction ends. */
export function lockViewByName(
  tx: Queryable,
  tenant: string,
  name: string,
): Promise<FeatureViewRecord | undefined> {
  return tx.maybeOne<FeatureViewRecord>(
    `select ${viewColumns} from feature_view where tenant = $1 and name = $2 for update`,
    [tenant, name],
  );
}

export function viewsByIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly FeatureViewRecord[]> {
  return database.query<FeatureViewRecord>(
    `select ${viewColumns} from feature_view where tenant = $1 and id = any($2)`,
    [tenant, ids],
  );
}

export function viewsByEntityIds(
  database: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<readonly FeatureViewRecord[]> {
  return database.query<FeatureViewRecord>(
    `select ${viewColumns} from feature_view where tenant = $1 and entity_id = any($2) order by name`,
    [tenant, ids],
  );
}

export function pageOfViews(
  database: Queryable,
  tenant: string,
  page: PageRequest,
): Promise<readonly FeatureViewRecord[]> {
  return database.query<FeatureViewRecord>(
    `select ${viewColumns} from feature_view where tenant = $1 and ($2::text is null or name > $2) order by name limit $3`,
    [tenant, page.after?.[0] ?? null, page.first + 1],
  );
}

export function entityCounts(
  database: Queryable,
  viewIds: readonly string[],
): Promise<readonly { readonly id: string; readonly count: number }[]> {
  return database.query<{ readonly id: string; readonly count: number }>(
    'select view_id as id, count(*)::int as count from feature_latest where view_id = any($1) group by view_id',
    [viewIds],
  );
}
