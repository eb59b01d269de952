-- A data set whose examples were removed: its row stays without them, and this one tells by whom and why. `artifact_uri` is where
-- they were: what was cut off before the file was gone is completed by it.
create table data_set_removal (
  data_set_id text primary key references data_set,
  artifact_uri text not null,
  removed_by text not null,
  reason text not null,
  removed_at timestamptz(3) not null default clock_timestamp()
);
create trigger data_set_removal_append_only before update or delete on data_set_removal
  for each row execute function refuse_rewrite();
create trigger data_set_removal_kept before truncate on data_set_removal execute function refuse_rewrite();
create index data_set_artifact on data_set (artifact_uri) where artifact_uri is not null;
