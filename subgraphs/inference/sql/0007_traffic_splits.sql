-- How the traffic of an alias is split: a share of the conversations is answered by the canary's version, and a share is
-- computed by the shadow's as well, whose answers are compared and never shown. An alias without a row has neither.
create table traffic_splits (
  model_name text not null,
  alias text not null,
  canary_version_id text,
  canary_percent double precision check (canary_percent > 0 and canary_percent <= 100),
  shadow_version_id text,
  shadow_percent double precision check (shadow_percent > 0 and shadow_percent <= 100),
  set_by text not null,
  reason text not null,
  set_at timestamptz not null default now(),
  primary key (model_name, alias),
  check ((canary_version_id is null) = (canary_percent is null)),
  check ((shadow_version_id is null) = (shadow_percent is null)),
  check (canary_version_id is not null or shadow_version_id is not null)
);

-- What became of the copies that shadows were given; kept when the split ends.
create table shadow_results (
  model_name text not null,
  alias text not null,
  version_id text not null,
  same bigint not null default 0,
  different bigint not null default 0,
  failed bigint not null default 0,
  dropped bigint not null default 0,
  primary key (model_name, alias, version_id)
);
