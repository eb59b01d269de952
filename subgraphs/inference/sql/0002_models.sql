-- What inference knows about models, learned from the training service's events, so that a restart needs nobody else.
create table model_versions (
  version_id text primary key,
  model_name text not null,
  number integer not null,
  kind text not null check (kind in ('FULL', 'ADAPTER')),
  parent_version_id text,
  artifact_uri text not null,
  size_bytes double precision not null,
  registered_at timestamptz not null default now()
);

-- `version_id` is where the alias points; `serving_version_id` is what answers: the last one that could be loaded.
create table model_aliases (
  model_name text not null,
  alias text not null,
  version_id text not null,
  serving_version_id text,
  moved_at timestamptz not null,
  primary key (model_name, alias)
);

create table deployments (
  id text primary key,
  version_id text not null unique,
  status text not null check (status in ('LOADING', 'READY', 'DRAINING', 'UNLOADED', 'FAILED')),
  detail text,
  precision text not null default '',
  context_length integer not null default 0,
  memory_bytes double precision not null default 0,
  since timestamptz not null
);
