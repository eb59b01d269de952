-- API keys. The secret itself is never stored: it is shown once, to whoever created the key.
create table api_keys (
  id text primary key,
  secret_sha256 bytea not null check (octet_length(secret_sha256) = 32),
  name text not null,
  tenant text not null,
  roles text[] not null,
  scopes text[] not null,
  operations_per_window integer check (operations_per_window > 0),
  created_at timestamptz(3) not null default now(),
  created_by text not null,
  expires_at timestamptz(3),
  revoked_at timestamptz(3),
  revoked_by text,
  check ((revoked_at is null) = (revoked_by is null))
);

create index api_keys_by_tenant on api_keys (tenant, created_at desc, id desc);
