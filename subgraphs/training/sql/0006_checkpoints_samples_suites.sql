-- Checkpoints move into the artifact store. Those of before lie in a folder of one machine and are no longer reached: a run
-- that was waiting there begins anew, to the same state.
delete from checkpoint;
alter table checkpoint
  add artifact_uri text not null,
  -- Of this very step, where it was measured.
  add held_out_loss float8;

-- What a run's model said to fixed prompts on its way.
create table training_sample (
  run_id text not null references training_run on delete cascade,
  step integer not null,
  position integer not null,
  prompt text not null,
  completion text not null,
  primary key (run_id, step, position)
);
create trigger training_sample_append_only before update or delete on training_sample
  for each row execute function refuse_rewrite();
create trigger training_sample_kept before truncate on training_sample execute function refuse_rewrite();

-- A named set of prompts with expected answers and a rule of scoring; a name has versions from 1 on.
create table evaluation_suite (
  id text primary key,
  tenant text not null,
  name text not null,
  version integer not null,
  description text,
  scoring text not null check (scoring in ('EXACT_MATCH', 'CONTAINS', 'LOSS')),
  data_set_id text not null references data_set,
  created_by text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  unique (tenant, name, version)
);
create index evaluation_suite_page on evaluation_suite (tenant, created_at desc, id desc);
create trigger evaluation_suite_append_only before update or delete on evaluation_suite
  for each row execute function refuse_rewrite();
create trigger evaluation_suite_kept before truncate on evaluation_suite execute function refuse_rewrite();

alter table evaluation
  add suite_id text references evaluation_suite,
  -- The share of examples that a suite's rule found right.
  add score float8;
