-- Measurements of registered versions that somebody asked for.

alter table evaluation
  -- Null where whoever sees the version may see it: what its own run measured.
  add tenant text,
  -- Where it was no suite but a data set.
  add data_set_id text references data_set;

create table evaluation_run (
  id text primary key,
  tenant text not null,
  version_id text not null references model_version,
  suite_id text references evaluation_suite,
  data_set_id text not null references data_set,
  status text not null check (status in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED')),
  detail text,
  failure_code text,
  evaluation_id text references evaluation,
  started_by text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  finished_at timestamptz(3),
  -- The lease: see the platform's lease queue.
  attempt integer not null default 0,
  crashes integer not null default 0,
  stop_requested boolean not null default false,
  lease_owner text,
  lease_until timestamptz
);
create index evaluation_run_of_version on evaluation_run (version_id, created_at desc);
create index evaluation_run_waiting on evaluation_run (created_at) where finished_at is null;

-- What was asked for, and what came of it, stays.
create function refuse_change_of_evaluation_run() returns trigger language plpgsql as $$
begin
  if (old.id, old.tenant, old.version_id, old.suite_id, old.data_set_id, old.started_by, old.created_at)
     is distinct from
     (new.id, new.tenant, new.version_id, new.suite_id, new.data_set_id, new.started_by, new.created_at)
     or (old.finished_at is not null
         and (old.status, old.detail, old.failure_code, old.evaluation_id, old.finished_at)
             is distinct from (new.status, new.detail, new.failure_code, new.evaluation_id, new.finished_at))
  then raise exception 'what an evaluation run was started with and what came of it is never rewritten'; end if;
  return new;
end $$;
create trigger evaluation_run_start before update on evaluation_run
  for each row execute function refuse_change_of_evaluation_run();
create trigger evaluation_run_append_only before delete on evaluation_run
  for each row execute function refuse_rewrite();
create trigger evaluation_run_kept before truncate on evaluation_run execute function refuse_rewrite();
