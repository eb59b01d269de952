create table feature_entity (
  id text primary key,
  tenant text not null,
  name text not null,
  description text not null,
  unique (tenant, name)
);

create table feature_view (
  id text primary key,
  tenant text not null,
  name text not null,
  entity_id text not null references feature_entity (id),
  description text not null,
  -- [{name, type, description}]: grows, but a feature never changes its type.
  features jsonb not null,
  lifetime_seconds integer,
  row_count bigint not null default 0,
  newest_row_at timestamptz,
  created_at timestamptz not null default now(),
  unique (tenant, name)
);
create index feature_view_by_entity on feature_view (entity_id);

-- The offline store: everything that was ever known, and since when.
create table feature_row (
  view_id text not null references feature_view (id),
  entity_key text not null,
  at timestamptz not null,
  values jsonb not null,
  primary key (view_id, entity_key, at)
);

-- The online store: the newest row of every thing, written in the same transaction as the offline store, so that a
-- read after an ingestion sees it. One probe of a primary key a thing.
create table feature_latest (
  view_id text not null references feature_view (id),
  entity_key text not null,
  at timestamptz not null,
  values jsonb not null,
  primary key (view_id, entity_key)
);

create table training_set_export (
  id text primary key,
  view_id text not null references feature_view (id),
  data_set_id text not null unique,
  name text not null,
  as_of timestamptz not null,
  example_count integer not null,
  skipped_count integer not null,
  artifact_uri text not null,
  sha256 text not null,
  created_at timestamptz not null default now()
);
create index training_set_export_by_view on training_set_export (view_id, created_at desc);
