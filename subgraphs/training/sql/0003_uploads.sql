-- Files on their way in. The bytes are in the data folder; what counts of them is what is acknowledged here.
create table upload (
  id text primary key,
  tenant text not null,
  -- Of the list of files: whoever announces the same files again goes on with the upload that is under way.
  content_sha256 text not null,
  created_by text not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  -- Moves with every acknowledged chunk.
  expires_at timestamptz(3) not null,
  -- The id of what was made of it. The bytes are gone by then; the row stays to answer whoever asks again.
  taken_as text
);
create unique index upload_under_way on upload (tenant, content_sha256) where taken_as is null;
create index upload_expiry on upload (expires_at);

create table upload_file (
  upload_id text not null references upload on delete cascade,
  position integer not null,
  path text not null,
  size_bytes float8 not null,
  sha256 text not null,
  received_bytes float8 not null default 0,
  primary key (upload_id, position)
);
