/**
 * Nearest vectors by pgvector's HNSW index, one table an index: `vector_<name>`.
 *
 * HNSW finds the nearest of all tenants and filters afterwards, so a small tenant would get too few. From pgvector 0.8 an
 * iterative scan goes on until enough passed the filter; where the graph gives up (`hnsw.max_scan_tuples`) or the server
 * is older, an exact scan of the tenant's rows answers: a tenant never gets fewer matches than it has vectors.
 */
import type { Database } from '../database/database.ts';
import type { Transaction } from '../database/transaction.ts';
import { toUnitVector } from './vector-math.ts';
import type { VectorIndex, VectorMatch, VectorQuery } from './vector-types.ts';

export interface PgvectorIndexOptions {
  readonly name: string;
  /** At most 2,000: pgvector's HNSW goes no further. */
  readonly dimensions: number;
  /** Of the extension, for instance `0.8.0`. */
  readonly version: string;
}

export function createPgvectorIndex(
  database: Database,
  { name, dimensions, version }: PgvectorIndexOptions,
): VectorIndex {
  const table = pgvectorTable(database.schema, name);
  const canIterate = supportsIterativeScan(version);

  const searchGraph = async (tx: Transaction, query: string, { tenant, limit }: VectorQuery) => {
    await tx.query(`set local hnsw.ef_search = ${Math.min(1000, Math.max(40, limit * 2))}`);
    if (canIterate) await tx.query('set local hnsw.iterative_scan = strict_order');
    return tx.query<VectorMatch>(
      `select id, 1 - (embedding <=> $2::vector) as score, metadata from ${table}
       where tenant = $1 order by embedding <=> $2::vector limit $3`,
      [tenant, query, limit],
    );
  };

  /** The primary key finds the tenant's rows; "+ 0" keeps the planner from taking the graph. */
  const searchRows = (tx: Transaction, query: string, { tenant, limit }: VectorQuery) =>
    tx.query<VectorMatch>(
      `select id, 1 - (embedding <=> $2::vector) as score, metadata from ${table}
       where tenant = $1 order by (embedding <=> $2::vector) + 0, id limit $3`,
      [tenant, query, limit],
    );

  return {
    implementation: `pgvector ${version}`,
    dimensions,
    upsert: async (items) => {
      const unique = [
        ...new Map(items.map((item) => [JSON.stringify([item.tenant, item.id]), item])).values(),
      ];
      if (unique.length === 0) return;
      // Sorted, or two writers of the same rows would deadlock.
      unique.sort((a, b) => (a.tenant === b.tenant ? (a.id < b.id ? -1 : 1) : a.tenant < b.tenant ? -1 : 1));
      await database.query(
        `insert into ${table} (tenant, id, embedding, metadata)
         select tenant, id, embedding::vector, metadata::json
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as item (tenant, id, embedding, metadata)
         on conflict (tenant, id) do update set embedding = excluded.embedding, metadata = excluded.metadata`,
        [
          unique.map(({ tenant }) => tenant),
          unique.map(({ id }) => id),
          unique.map(({ vector }) => toText(toUnitVector(vector, dimensions))),
          unique.map(({ metadata }) => JSON.stringify(metadata ?? null)),
        ],
      );
    },
    delete: async (tenant, ids) => {
      if (ids.length > 0)
        await database.query(`delete from ${table} where tenant = $1 and id = any($2::text[])`, [
          tenant,
          ids,
        ]);
    },
    search: async (asked) => {
      const query = toText(toUnitVector(asked.vector, dimensions));
      const matches = await database.transaction(async (tx) => {
        const found = await searchGraph(tx, query, asked);
        return found.length < asked.limit ? searchRows(tx, query, asked) : found;
      });
      return [...matches].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
    },
  };
}

export const pgvectorTable = (schema: string, name: string): string => `${schema}.vector_${name}`;

export function toText(vector: Float32Array): string {
  return `[${vector.join(',')}]`;
}

function supportsIterativeScan(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 0 || minor >= 8;
}
