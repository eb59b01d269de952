import type { Database } from '../database/database.ts';
import { databaseErrorCode, isUniqueViolation } from '../database/errors.ts';
import type { Transaction } from '../database/transaction.ts';
import { createExactVectorIndex } from './exact-vector-index.ts';
import { createPgvectorIndex, pgvectorTable, toText } from './pgvector-index.ts';
import type { VectorIndex } from './vector-types.ts';

export type { VectorIndex, VectorItem, VectorMatch, VectorQuery } from './vector-types.ts';

export interface VectorIndexOptions {
  /** Lower case, digits and `_`. Its vectors live in the schema of the database it is opened on. */
  readonly name: string;
  readonly dimensions: number;
  /** `exact` keeps away from pgvector even where the server has it. Default: the best the server can do. */
  readonly implementation?: 'best' | 'exact';
}

/** pgvector's HNSW index takes no more. */
const maxHnswDimensions = 2_000;

/**
 * The index of this name: on pgvector if the server has it and lets us create the extension, else an exact scan. Vectors
 * stored by an exact scan move to pgvector the first time it is there. The database must be migrated (`migrate`).
 */
export async function createVectorIndex(
  database: Database,
  options: VectorIndexOptions,
): Promise<VectorIndex> {
  const { name, dimensions, implementation = 'best' } = options;
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(name)) throw new Error(`Not a name of a vector index: ${name}`);
  const version =
    implementation === 'best' && dimensions <= maxHnswDimensions ? await enablePgvector(database) : undefined;
  if (version === undefined) return createExactVectorIndex(database, { name, dimensions });
  await database.transaction((tx) => prepareTable(tx, database.schema, name, dimensions));
  return createPgvectorIndex(database, { name, dimensions, version });
}

/** The extension's version; undefined if the server lacks it or does not let us create it. */
async function enablePgvector(database: Database): Promise<string | undefined> {
  const available = await database.maybeOne(
    `select 1 as found from pg_available_extensions where name = 'vector'`,
  );
  if (!available) return undefined;
  try {
    await database.query('create extension if not exists vector with schema public');
  } catch (error) {
    // Not allowed; or another service created it at the same moment.
    const [notAllowed, alreadyThere] = ['42501', '42710'];
    const code = databaseErrorCode(error);
    if (code !== notAllowed && code !== alreadyThere && !isUniqueViolation(error)) throw error;
  }
  const installed = await database.maybeOne<{ extversion: string }>(
    `select extversion from pg_extension where extname = 'vector'`,
  );
  return installed?.extversion;
}

async function prepareTable(
  tx: Transaction,
  schema: string,
  name: string,
  dimensions: number,
): Promise<void> {
  const table = pgvectorTable(schema, name);
  await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`fathom vectors ${table}`]);
  await tx.query(`create table if not exists ${table} (
    tenant text not null, id text not null, embedding vector(${dimensions}) not null, metadata json, primary key (tenant, id))`);
  await tx.query(
    `create index if not exists vector_${name}_hnsw on ${table} using hnsw (embedding vector_cosine_ops)`,
  );
  await moveFromExactScan(tx, schema, name, table);
}

async function moveFromExactScan(
  tx: Transaction,
  schema: string,
  name: string,
  table: string,
): Promise<void> {
  const stored = await tx.query<{ tenant: string; id: string; vector: Buffer; metadata: unknown }>(
    `delete from ${schema}.vector_items where index_name = $1 returning tenant, id, vector, metadata`,
    [name],
  );
  await tx.query(`delete from ${schema}.vector_versions where index_name = $1`, [name]);
  for (const { tenant, id, vector, metadata } of stored) {
    if (vector === null) continue;
    const floats = Float32Array.from({ length: vector.length / 4 }, (_, i) => vector.readFloatLE(i * 4));
    await tx.query(
      `insert into ${table} (tenant, id, embedding, metadata) values ($1, $2, $3::vector, $4) on conflict do nothing`,
      [tenant, id, toText(floats), JSON.stringify(metadata)],
    );
  }
}
