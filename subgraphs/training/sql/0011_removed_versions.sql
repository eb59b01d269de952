-- A version that was removed: its row stays as it was registered, and this one tells by whom and why. Its files are gone.
create table model_version_removal (
  version_id text primary key references model_version,
  removed_by text not null,
  reason text not null,
  removed_at timestamptz(3) not null default clock_timestamp()
);
create trigger model_version_removal_append_only before update or delete on model_version_removal
  for each row execute function refuse_rewrite();
create trigger model_version_removal_kept before truncate on model_version_removal execute function refuse_rewrite();
create index model_version_children on model_version (parent_id) where parent_id is not null;
create index model_version_artifact on model_version (artifact_uri);
