-- Vectors for servers without pgvector: see src/vectors/exact-vector-index.ts.
create table vector_versions (
  index_name text not null,
  tenant     text not null,
  version    bigint not null,
  swept_at   bigint not null default 0,
  primary key (index_name, tenant)
);

create table vector_items (
  index_name text not null,
  tenant     text not null,
  id         text not null,
  -- Little-endian float32, length 1; null marks a deleted row until it is swept away.
  vector     bytea,
  metadata   json,
  version    bigint not null,
  primary key (index_name, tenant, id)
);

-- A mirror asks for what changed since.
create index vector_items_by_version on vector_items (index_name, tenant, version);
