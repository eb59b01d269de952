/**
 * Rows for the tables of any schema, made from what PostgreSQL says of them: every column has a value of its type that its
 * constraints allow, so that an upgrade meets as much as a data folder can hold.
 */
import type { Database } from '@fathom/platform/database/database';

interface Column {
  readonly name: string;
  readonly type: string;
}

interface Reference {
  readonly columns: readonly string[];
  readonly table: string;
  readonly referred: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

/** What keeps its own books of what was applied. */
const bookkeeping = ['schema_migrations', 'schema_versions'];

export function tablesOf(database: Database, schema: string): Promise<readonly string[]> {
  return relationsOf(database, schema, ['r']);
}

/** Of PostgreSQL's kinds: `r` is a table, `v` a view. */
async function relationsOf(
  database: Database,
  schema: string,
  kinds: readonly ('r' | 'v')[],
): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = $1::regnamespace and relkind = any($3)
       and relname <> all($2) order by relname`,
    [schema, bookkeeping, kinds],
  );
  return rows.map(({ name }) => name);
}

/** All rows, each as JSON, by table. A view that took a table's place shows what was in it. */
export async function contentOf(database: Database, schema: string): Promise<ReadonlyMap<string, Row[]>> {
  const content = new Map<string, Row[]>();
  for (const table of await relationsOf(database, schema, ['r', 'v'])) {
    const rows = await database.query<{ row: Row }>(`select to_jsonb(t) as row from ${schema}.${table} t`);
    content.set(
      table,
      rows.map(({ row }) => row),
    );
  }
  return content;
}

/** So many rows in each table. */
export async function fillTables(database: Database, schema: string, count = 3): Promise<void> {
  const empty = new Set(await tablesOf(database, schema));
  while (empty.size > 0) {
    const before = empty.size;
    for (const table of empty) {
      const references = await referencesOf(database, `${schema}.${table}`);
      // Those that a table refers to come first.
      if (references.some((reference) => reference.table !== table && empty.has(reference.table))) continue;
      for (let number = 1; number <= count; number += 1)
        await insertRow(database, { schema, table, references, number });
      empty.delete(table);
    }
    if (empty.size === before) throw new Error(`${[...empty].join(', ')} refer to each other`);
  }
}

interface NewRow {
  readonly schema: string;
  readonly table: string;
  readonly references: readonly Reference[];
  readonly number: number;
}

async function insertRow(database: Database, { schema, table, references, number }: NewRow): Promise<void> {
  const name = `${schema}.${table}`;
  const values: Record<string, unknown> = {};
  for (const column of await columnsOf(database, name))
    values[column.name] =
      (await allowedWord(database, name, column.name)) ?? sampleOf(`${table} ${column.name}`, column, number);
  for (const { columns, table: referred, referred: keys } of references) {
    const [target] = await database.query<Row>(
      `select ${keys.join(', ')} from ${schema}.${referred} order by 1 offset $1 limit 1`,
      [number - 1],
    );
    for (const [at, column] of columns.entries()) values[column] = target?.[keys[at] as string] ?? null;
  }
  const columns = Object.keys(values);
  await database.query(
    `insert into ${name} (${columns.map((column) => `"${column}"`).join(', ')})
     values (${columns.map((_, at) => `$${at + 1}`).join(', ')})`,
    Object.values(values),
  );
}

/** What is computed by the server is left to it. */
function columnsOf(database: Database, name: string): Promise<readonly Column[]> {
  return database.query<Column>(
    `select attname as name, format_type(atttypid, null) as type from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''
      order by attnum`,
    [name],
  );
}

function referencesOf(database: Database, name: string): Promise<readonly Reference[]> {
  return database.query<Reference>(
    `select (select relname from pg_class where oid = c.confrelid) as "table",
            array(select attname::text from unnest(c.conkey) with ordinality as k (number, place)
              join pg_attribute on attrelid = c.conrelid and attnum = k.number order by place) as columns,
            array(select attname::text from unnest(c.confkey) with ordinality as k (number, place)
              join pg_attribute on attrelid = c.confrelid and attnum = k.number order by place) as referred
       from pg_constraint c where c.conrelid = $1::regclass and c.contype = 'f'`,
    [name],
  );
}

/** The first of the words that a check on this column lists. */
async function allowedWord(database: Database, name: string, column: string): Promise<string | undefined> {
  const checks = await database.query<{ definition: string }>(
    `select pg_get_constraintdef(oid) as definition from pg_constraint where conrelid = $1::regclass and contype = 'c'`,
    [name],
  );
  const list = new RegExp(`\\(\\(?"?${column}"?\\)? = ANY \\(ARRAY\\['([^']+)'`);
  for (const { definition } of checks) {
    const [, word] = list.exec(definition) ?? [];
    if (word !== undefined) return word;
  }
  return undefined;
}

function sampleOf(text: string, { type }: Column, number: number): unknown {
  switch (type) {
    case 'text':
      return `${text} ${number}`;
    case 'smallint':
    case 'integer':
    case 'bigint':
      return number;
    case 'real':
    case 'double precision':
    case 'numeric':
      return number + 0.5;
    case 'boolean':
      return number % 2 === 0;
    case 'uuid':
      return `00000000-0000-4000-8000-00000000000${number}`;
    case 'bytea':
      // As long as a SHA-256.
      return Buffer.alloc(32, number);
    case 'json':
    case 'jsonb':
      return JSON.stringify({ [text]: number });
    case 'date':
      return `2026-01-0${number}`;
    case 'timestamp with time zone':
      return `2026-01-0${number}T00:00:00Z`;
    case 'text[]':
      return [`${text} ${number}`];
    case 'real[]':
    case 'double precision[]':
      return [number];
    default:
      throw new Error(`No value is known for a column of type ${type} (${text}).`);
  }
}
