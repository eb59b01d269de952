-- Ids are text; counts are integers, sizes and token counts float8, so that they arrive as numbers.

-- What training's registry announced: enough to start from a version without asking anybody.
create table known_version (
  id text primary key,
  tenant text not null,
  model_name text not null,
  kind text not null,
  artifact_uri text not null,
  fine_tuning_job_id text
);
create index known_version_of_model on known_version (model_name);
create index known_version_of_job on known_version (fine_tuning_job_id) where fine_tuning_job_id is not null;

create table known_data_set (
  id text primary key,
  tenant text not null,
  artifact_uri text,
  example_count integer not null
);

create table fine_tuning_job (
  id text primary key,
  tenant text not null,
  base_version_id text not null,
  model_name text not null,
  data_set_id text,
  -- The examples' artifact: the data set's, or that of the examples that came with the job.
  examples_uri text not null,
  example_count integer,
  rank integer not null,
  alpha float8 not null,
  learning_rate float8 not null,
  batch_size integer not null,
  seed integer not null,
  status text not null,
  detail text,
  failure_code text,
  step integer not null default 0,
  total_steps integer not null,
  loss float8,
  initial_held_out_loss float8,
  final_held_out_loss float8,
  parameter_count float8,
  -- The newest state that a worker can go on from.
  checkpoint_step integer,
  checkpoint_sha256 text,
  started_by text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  finished_at timestamptz(3),
  -- The last sequence of fine_tuning_job_event.
  last_sequence integer not null default 0,
  -- The lease: see the platform's lease queue.
  attempt integer not null default 0,
  crashes integer not null default 0,
  stop_requested boolean not null default false,
  lease_owner text,
  lease_until timestamptz
);
create index fine_tuning_job_page on fine_tuning_job (tenant, created_at desc, id desc);
create index fine_tuning_job_waiting on fine_tuning_job (created_at) where finished_at is null;

-- What followers of a job are shown, in the transaction of the change it tells of.
create table fine_tuning_job_event (
  job_id text not null references fine_tuning_job on delete cascade,
  sequence integer not null,
  payload jsonb not null,
  primary key (job_id, sequence)
);

create table loss_point (
  job_id text not null references fine_tuning_job on delete cascade,
  step integer not null,
  loss float8 not null,
  learning_rate float8 not null,
  tokens_per_second float8 not null,
  primary key (job_id, step)
);
