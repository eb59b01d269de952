/**
 * Numbered SQL files, applied once, in order, each in a transaction of its own, by one process at a time.
 *
 * A file that was applied is history: editing it is refused by name, because databases that have it would differ from
 * databases that get it. Versions the database has and the folder lacks are left alone if they are newer (during a
 * rolling update the old release meets the new one's schema), and refused if they are in the middle.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineErrors, type ErrorTable } from '../errors.ts';
import type { Database } from './database.ts';
import type { Transaction } from './transaction.ts';

export const migrationErrors = {
  MIGRATION_REFUSED: {
    message: 'The migrations do not fit the database. Nothing was changed by the one at fault.',
    status: 500,
  },
} as const satisfies ErrorTable;

const raise = defineErrors(migrationErrors);

export interface MigrateOptions {
  /** Holds `NNNN_name.sql` files, numbered from 0001 without gaps. */
  readonly directory: URL | string;
}

interface Migration {
  readonly version: number;
  readonly file: string;
  readonly sql: string;
  readonly checksum: string;
}

interface AppliedMigration {
  readonly version: number;
  readonly file: string;
  readonly checksum: string;
}

const platformDirectory = new URL('../../sql/', import.meta.url);

/** Brings a service's schema up to date: first the platform's own tables (outbox, inbox), then the service's. */
export async function migrate(database: Database, { directory }: MigrateOptions): Promise<void> {
  await migrateFolder(database, { owner: 'platform', directory: platformDirectory });
  await migrateFolder(database, { owner: 'service', directory });
}

/** One of the two alone. */
export async function migrateFolder(
  database: Database,
  { owner, directory }: MigrateOptions & { readonly owner: 'platform' | 'service' },
): Promise<void> {
  const migrations = await readMigrations(directory);
  for (;;) {
    const applied = await database.transaction((tx) => applyNext(tx, database.schema, owner, migrations));
    if (applied === 'up to date') return;
  }
}

/** One migration a transaction: what was applied stays applied when a later one fails. */
async function applyNext(
  tx: Transaction,
  schema: string,
  owner: string,
  migrations: readonly Migration[],
): Promise<'applied one' | 'up to date'> {
  await tx.query('select pg_advisory_xact_lock(hashtext($1))', [`fathom migrations ${schema}`]);
  await tx.query(`create table if not exists ${schema}.schema_migrations (
    owner text not null, version integer not null, file text not null, checksum text not null,
    applied_at timestamptz not null default now(), primary key (owner, version))`);
  const history = await tx.query<AppliedMigration>(
    `select version, file, checksum from ${schema}.schema_migrations where owner = $1 order by version`,
    [owner],
  );
  compareWithHistory(migrations, history);
  const next = migrations[history.length];
  if (!next) return 'up to date';
  try {
    await tx.query(next.sql);
  } catch (cause) {
    const { message, position } = cause as { message: string; position?: string };
    throw raise('MIGRATION_REFUSED', {
      because: `${next.file}${lineOf(next.sql, position)}: ${message}`,
      cause,
    });
  }
  await tx.query(
    `insert into ${schema}.schema_migrations (owner, version, file, checksum) values ($1, $2, $3, $4)`,
    [owner, next.version, next.file, next.checksum],
  );
  return 'applied one';
}

function compareWithHistory(migrations: readonly Migration[], history: readonly AppliedMigration[]): void {
  for (const [index, applied] of history.entries()) {
    const migration = migrations[index];
    // Newer than this release.
    if (!migration) return;
    if (migration.version !== applied.version || migration.file !== applied.file) {
      throw raise('MIGRATION_REFUSED', {
        because: `${applied.file} was applied, and in its place is ${migration.file}`,
      });
    }
    if (migration.checksum !== applied.checksum) {
      throw raise('MIGRATION_REFUSED', {
        because: `${applied.file} was changed after it had been applied. Restore it and put the change into a new file`,
        details: { file: applied.file },
      });
    }
  }
}

async function readMigrations(directory: URL | string): Promise<readonly Migration[]> {
  const folder = directory instanceof URL ? fileURLToPath(directory) : directory;
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file, index) => {
      const version = Number(/^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]);
      if (version !== index + 1) {
        throw raise('MIGRATION_REFUSED', {
          because: `${file} in ${folder} should be named ${String(index + 1).padStart(4, '0')}_name.sql: the numbers have no gaps and no doubles`,
        });
      }
      // A checkout on Windows may turn LF into CRLF; the migration is the same.
      const sql = (await readFile(`${folder}/${file}`, 'utf8')).replaceAll('\r\n', '\n');
      return { version, file, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** PostgreSQL counts characters from 1; people count lines. */
function lineOf(sql: string, position: string | undefined): string {
  if (position === undefined) return '';
  return `, line ${sql.slice(0, Number(position)).split('\n').length}`;
}
