-- Pausing, retrying and comparing runs; why training ended; and a history that the database itself keeps.

alter table training_run
  -- What a stop request makes of the run.
  add stop_as text check (stop_as in ('PAUSED', 'CANCELLED')),
  add stop_reason text,
  add retry_of text references training_run,
  add code_version text;
create index training_run_retries on training_run (retry_of, created_at desc) where retry_of is not null;

-- What was decided when a run was started never changes; what it did is appended to. Rows go nowhere, not even by
-- truncation, whoever connects.
create function refuse_change_of_start() returns trigger language plpgsql as $$
begin
  if (old.id, old.tenant, old.model_name, old.data_set_id, old.initial_version_id, old.promote_to, old.config, old.seed,
      old.started_by, old.created_at, old.retry_of, old.code_version)
     is distinct from
     (new.id, new.tenant, new.model_name, new.data_set_id, new.initial_version_id, new.promote_to, new.config, new.seed,
      new.started_by, new.created_at, new.retry_of, new.code_version)
  then raise exception 'what a training run was started with is never rewritten'; end if;
  return new;
end $$;
create trigger training_run_start before update on training_run
  for each row execute function refuse_change_of_start();
create trigger training_run_kept before delete on training_run
  for each row execute function refuse_rewrite();

drop trigger training_run_transition_append_only on training_run_transition;
create trigger training_run_transition_append_only before update or delete on training_run_transition
  for each row execute function refuse_rewrite();
create trigger training_run_event_append_only before update or delete on training_run_event
  for each row execute function refuse_rewrite();
create trigger loss_point_append_only before update or delete on loss_point
  for each row execute function refuse_rewrite();
create trigger model_version_append_only before update or delete on model_version
  for each row execute function refuse_rewrite();
create trigger evaluation_append_only before update or delete on evaluation
  for each row execute function refuse_rewrite();

create trigger training_run_transition_kept before truncate on training_run_transition execute function refuse_rewrite();
create trigger training_run_event_kept before truncate on training_run_event execute function refuse_rewrite();
create trigger loss_point_kept before truncate on loss_point execute function refuse_rewrite();
create trigger model_version_kept before truncate on model_version execute function refuse_rewrite();
create trigger evaluation_kept before truncate on evaluation execute function refuse_rewrite();
create trigger alias_move_kept before truncate on alias_move execute function refuse_rewrite();
