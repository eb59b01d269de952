import type { Database } from './database.ts';

export interface SharedSchemaOptions {
  readonly schema: string;
  /** One SQL script a version, oldest first; an entry that has shipped is never edited, only followed by another. */
  readonly versions: readonly string[];
}

/**
 * Creates, or brings up to date, a schema that all services share (`broker`, `cache`, `streams`).
 *
 * Every service does this when it starts and all start at once, so it runs under an advisory lock and a service that
 * finds newer versions than it knows leaves them alone: during a rolling update old and new instances work side by side.
 */
export async function ensureSharedSchema(
  database: Pick<Database, 'transaction'>,
  { schema, versions }: SharedSchemaOptions,
): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`fathom shared schema ${schema}`]);
    await tx.query(`create schema if not exists ${schema}`);
    await tx.query(`create table if not exists ${schema}.schema_versions (
      version integer primary key, applied_at timestamptz not null default now())`);
    const applied = await tx.one<{ version: number }>(
      `select coalesce(max(version), 0) as version from ${schema}.schema_versions`,
      [],
    );
    for (const [index, script] of versions.entries()) {
      const version = index + 1;
      if (version <= applied.version) continue;
      await tx.query(script);
      await tx.query(`insert into ${schema}.schema_versions (version) values ($1)`, [version]);
    }
  });
}
