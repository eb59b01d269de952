/**
 * The shared cache's tables, in schema `cache`. They are UNLOGGED: half the writes, and empty after a crash of the
 * server, which a cache may be. Fencing tokens must outlive that, so they come from a sequence, which is logged.
 */
export const cacheSchemaVersions: readonly string[] = [
  /* sql */ `
create unlogged table cache.entries (
  key        text primary key,
  value      json not null,
  expires_at timestamptz not null
);
create index entries_by_expiry on cache.entries (expires_at);

create unlogged table cache.counters (
  key       text primary key,
  value     double precision not null,
  resets_at timestamptz not null
) with (fillfactor = 50);

create unlogged table cache.locks (
  name       text primary key,
  token      bigint not null,
  expires_at timestamptz not null
);
create sequence cache.lock_tokens;
`,
];
