-- How many operations of a key or tenant each gateway may have open. A gateway that is killed renews nothing, and what it
-- held is free again when it expires.
create table concurrency_leases (
  name text not null,
  gateway uuid not null,
  permits integer not null check (permits >= 0),
  expires_at timestamptz not null,
  primary key (name, gateway)
);

create index concurrency_leases_by_expiry on concurrency_leases (expires_at);
