-- Removals of versions, kept because they may arrive before the registration of what was removed.
create table removed_versions (
  version_id text primary key,
  removed_at timestamptz not null default now()
);
