/**
 * Exact nearest vectors without any extension: rows in PostgreSQL, and in each process a mirror of the tenants it searches.
 *
 * A tenant's `version` row is locked by every writer until it commits, so versions become visible in order. A search
 * reads that one number; if its mirror is older it fetches only the rows changed since. So a search sees every write
 * that was acknowledged before it, by whichever process, and costs one small query when nothing changed.
 *
 * A deleted row stays as a mark (`vector is null`) for the mirrors. When a tenant has many marks they are swept away and
 * `swept_at` moves: a mirror older than that loads the tenant anew.
 */
import type { Database } from '../database/database.ts';
import type { Transaction } from '../database/transaction.ts';
import { type ChangedRow, TenantMirror } from './tenant-mirror.ts';
import { toUnitVector } from './vector-math.ts';
import type { VectorIndex, VectorItem } from './vector-types.ts';

export interface ExactVectorIndexOptions {
  readonly name: string;
  readonly dimensions: number;
  /** Bound of all mirrors together; the least recently searched tenants are dropped and load again. Default 256 MB. */
  readonly maxMirrorBytes?: number;
}

/** One row without an id where the tenant has no changed rows. */
interface LoadedRow extends Omit<ChangedRow, 'id'> {
  readonly id: string | null;
  readonly tenant_version: string;
  readonly swept_at: string;
}

interface TenantVersion {
  readonly version: string;
  readonly swept_at: string;
}

const sweepAfterMarks = 1_000;

export function createExactVectorIndex(
  database: Database,
  { name, dimensions, maxMirrorBytes = 256 * 1024 * 1024 }: ExactVectorIndexOptions,
): VectorIndex {
  const rows = `${database.schema}.vector_items`;
  const versions = `${database.schema}.vector_versions`;
  /** In order of last use. */
  const mirrors = new Map<string, TenantMirror>();

  const nextVersion = async (tx: Transaction, tenant: string): Promise<string> => {
    const { version } = await tx.one<TenantVersion>(
      `insert into ${versions} (index_name, tenant, version) values ($1, $2, 1)
       on conflict (index_name, tenant) do update set version = vector_versions.version + 1 returning version`,
      [name, tenant],
    );
    return version;
  };

  const upsertTenant = async (tx: Transaction, tenant: string, items: readonly VectorItem[]) => {
    const version = await nextVersion(tx, tenant);
    await tx.query(
      `insert into ${rows} (index_name, tenant, id, vector, metadata, version)
       select $1, $2, id, vector, metadata::json, $3 from unnest($4::text[], $5::bytea[], $6::text[]) as item (id, vector, metadata)
       on conflict (index_name, tenant, id) do update
         set vector = excluded.vector, metadata = excluded.metadata, version = excluded.version`,
      [
        name,
        tenant,
        version,
        items.map(({ id }) => id),
        items.map(({ vector }) => encode(toUnitVector(vector, dimensions))),
        items.map(({ metadata }) => JSON.stringify(metadata ?? null)),
      ],
    );
  };

  const sweep = async (tx: Transaction, tenant: string) => {
    const { marks } = await tx.one<{ marks: number }>(
      `select count(*)::int as marks from ${rows} where index_name = $1 and tenant = $2 and vector is null`,
      [name, tenant],
    );
    if (marks < sweepAfterMarks) return;
    await tx.query(`delete from ${rows} where index_name = $1 and tenant = $2 and vector is null`, [
      name,
      tenant,
    ]);
    await tx.query(`update ${versions} set swept_at = version where index_name = $1 and tenant = $2`, [
      name,
      tenant,
    ]);
  };

  /** Version and rows in one statement, so of one moment: a sweep in between would hide deletions. */
  const load = async (tenant: string, after: bigint): Promise<readonly LoadedRow[]> =>
    database.query<LoadedRow>(
      `select known.version as tenant_version, known.swept_at, item.id, item.vector, item.metadata
       from ${versions} known left join ${rows} item
         on item.index_name = known.index_name and item.tenant = known.tenant and item.version > $3
       where known.index_name = $1 and known.tenant = $2`,
      [name, tenant, String(after)],
    );

  /** Searches of one tenant take turns here, so that a mirror is not brought up to date twice at once. */
  const turns = new Map<string, Promise<TenantMirror>>();
  const currentMirror = (tenant: string): Promise<TenantMirror> => {
    const before = turns.get(tenant);
    const turn = (before ?? Promise.resolve()).catch(() => undefined).then(() => refresh(tenant));
    turns.set(tenant, turn);
    const forget = () => {
      if (turns.get(tenant) === turn) turns.delete(tenant);
    };
    turn.then(forget, forget);
    return turn;
  };

  const refresh = async (tenant: string): Promise<TenantMirror> => {
    const known = await database.maybeOne<TenantVersion>(
      `select version, swept_at from ${versions} where index_name = $1 and tenant = $2`,
      [name, tenant],
    );
    const mirror = await caughtUp(
      tenant,
      mirrors.get(tenant) ?? new TenantMirror(dimensions),
      BigInt(known?.version ?? 0),
    );
    mirrors.delete(tenant);
    mirrors.set(tenant, mirror);
    dropOldMirrors(mirrors, maxMirrorBytes);
    return mirror;
  };

  const caughtUp = async (tenant: string, mirror: TenantMirror, version: bigint): Promise<TenantMirror> => {
    if (mirror.version >= version) return mirror;
    const loaded = await load(tenant, mirror.version);
    const sweptAt = BigInt(loaded[0]?.swept_at ?? 0);
    if (mirror.version > 0n && mirror.version < sweptAt)
      return caughtUp(tenant, new TenantMirror(dimensions), version);
    mirror.apply(
      loaded.filter((row): row is LoadedRow & ChangedRow => row.id !== null),
      BigInt(loaded[0]?.tenant_version ?? version),
    );
    return mirror;
  };

  return {
    implementation: 'exact scan',
    dimensions,
    upsert: async (items) => {
      const unique = new Map(items.map((item) => [JSON.stringify([item.tenant, item.id]), item]));
      const byTenant = groupByTenant([...unique.values()]);
      if (byTenant.size === 0) return;
      await database.transaction(async (tx) => {
        // Always in the same order, or two writers of the same tenants would deadlock.
        for (const tenant of [...byTenant.keys()].sort())
          await upsertTenant(tx, tenant, byTenant.get(tenant) ?? []);
      });
    },
    delete: async (tenant, ids) => {
      if (ids.length === 0) return;
      await database.transaction(async (tx) => {
        const version = await nextVersion(tx, tenant);
        await tx.query(
          `update ${rows} set vector = null, metadata = null, version = $4
           where index_name = $1 and tenant = $2 and id = any($3::text[]) and vector is not null`,
          [name, tenant, ids, version],
        );
        await sweep(tx, tenant);
      });
    },
    search: async ({ tenant, vector, limit }) => {
      const query = toUnitVector(vector, dimensions);
      return (await currentMirror(tenant)).nearest(query, limit);
    },
  };
}

function groupByTenant(items: readonly VectorItem[]): Map<string, VectorItem[]> {
  const groups = new Map<string, VectorItem[]>();
  for (const item of items) {
    const group = groups.get(item.tenant);
    if (group) group.push(item);
    else groups.set(item.tenant, [item]);
  }
  return groups;
}

function dropOldMirrors(mirrors: Map<string, TenantMirror>, maxBytes: number): void {
  let bytes = 0;
  for (const mirror of mirrors.values()) bytes += mirror.bytes;
  for (const [tenant, mirror] of mirrors) {
    if (bytes <= maxBytes || mirrors.size === 1) return;
    mirrors.delete(tenant);
    bytes -= mirror.bytes;
  }
}

/** Little-endian float32, as every machine that runs this has them. */
function encode(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
