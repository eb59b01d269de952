-- Ids are text; counts are integers, sizes and token counts float8, so that they arrive as numbers.

create table data_set (
  id text primary key,
  tenant text not null,
  name text not null,
  example_count integer not null,
  size_bytes float8,
  sha256 text not null,
  -- Null where only the record of a data set is kept, not its content (imported models).
  artifact_uri text,
  sample jsonb not null,
  feature_view_id text,
  features_as_of timestamptz(3),
  provenance text,
  created_at timestamptz(3) not null default clock_timestamp()
);
create index data_set_page on data_set (tenant, created_at desc, id desc);

create table model (
  name text primary key,
  tenant text not null,
  created_at timestamptz(3) not null default clock_timestamp()
);

create table training_run (
  id text primary key,
  tenant text not null,
  model_name text not null references model,
  data_set_id text references data_set,
  initial_version_id text,
  promote_to text,
  config jsonb not null,
  seed integer not null,
  status text not null,
  detail text,
  failure_code text,
  step integer not null default 0,
  total_steps integer not null,
  tokens_seen float8 not null default 0,
  parameter_count float8,
  loss float8,
  started_by text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  finished_at timestamptz(3),
  -- The last sequence of training_run_event.
  last_sequence integer not null default 0,
  -- The lease: see the platform's lease queue.
  attempt integer not null default 0,
  crashes integer not null default 0,
  stop_requested boolean not null default false,
  lease_owner text,
  lease_until timestamptz
);
create index training_run_page on training_run (tenant, created_at desc, id desc);
create index training_run_of_data_set on training_run (data_set_id, created_at desc);
create index training_run_waiting on training_run (created_at) where finished_at is null;

-- What followers of a run are shown, in the transaction of the change it tells of.
create table training_run_event (
  job_id text not null references training_run on delete cascade,
  sequence integer not null,
  payload jsonb not null,
  primary key (job_id, sequence)
);

create table training_run_transition (
  run_id text not null references training_run on delete cascade,
  position integer not null generated always as identity,
  from_status text,
  to_status text not null,
  detail text,
  at timestamptz(3) not null,
  primary key (run_id, position)
);

create table loss_point (
  run_id text not null references training_run on delete cascade,
  step integer not null,
  tokens_seen float8 not null,
  loss float8 not null,
  held_out_loss float8,
  learning_rate float8 not null,
  gradient_norm float8 not null,
  tokens_per_second float8 not null,
  primary key (run_id, step)
);

create table checkpoint (
  id text primary key,
  run_id text not null references training_run on delete cascade,
  step integer not null,
  size_bytes float8 not null,
  sha256 text not null,
  created_at timestamptz(3) not null,
  unique (run_id, step)
);

create table model_version (
  id text primary key,
  tenant text not null,
  model_name text not null references model,
  number integer not null,
  kind text not null check (kind in ('FULL', 'ADAPTER')),
  parent_id text references model_version,
  training_run_id text unique references training_run,
  fine_tuning_job_id text unique,
  parameter_count float8 not null,
  config text not null,
  artifact_uri text not null,
  size_bytes float8 not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  unique (model_name, number)
);

create table evaluation (
  id text primary key,
  version_id text not null references model_version,
  training_run_id text references training_run,
  suite text not null,
  example_count integer not null,
  loss float8,
  perplexity float8,
  exact_match float8,
  created_at timestamptz(3) not null default clock_timestamp()
);
create index evaluation_of_version on evaluation (version_id, created_at desc);
create index evaluation_of_run on evaluation (training_run_id, created_at desc);

create table model_alias (
  model_name text not null references model,
  name text not null,
  version_id text not null references model_version,
  primary key (model_name, name)
);
create index model_alias_of_version on model_alias (version_id);

create table alias_move (
  id text primary key,
  position bigint not null generated always as identity,
  model_name text not null references model,
  alias text not null,
  from_version_id text references model_version,
  to_version_id text not null references model_version,
  moved_by text not null,
  reason text not null,
  evaluation_id text references evaluation,
  moved_at timestamptz(3) not null
);
create index alias_move_of_alias on alias_move (model_name, alias, position desc);

-- The audit and a run's history are appended to and never rewritten, whoever connects.
create function refuse_rewrite() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger alias_move_append_only before update or delete on alias_move
  for each row execute function refuse_rewrite();
create trigger training_run_transition_append_only before update on training_run_transition
  for each row execute function refuse_rewrite();
