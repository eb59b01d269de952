-- How far each run is mirrored to an MLflow server: see src/tracking/mlflow-mirror.ts.
create table mlflow_run (
  run_id text primary key references training_run,
  experiment_id text,
  mlflow_run_id text,
  artifact_root text,
  mirrored_step integer not null default 0,
  mirrored_sequence integer not null default 0,
  artifacts_mirrored boolean not null default false,
  -- Both the lease of whoever mirrors it now and the pause after a failure.
  retry_at timestamptz not null default clock_timestamp(),
  failures integer not null default 0
);
