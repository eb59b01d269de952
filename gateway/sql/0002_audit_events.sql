-- What was changed by whom, and what was refused to whom. Rows are only ever added.
create table audit_events (
  id uuid primary key,
  at timestamptz(3) not null,
  kind text not null check (kind in ('MUTATION', 'REFUSAL')),
  -- Null where nobody was recognised.
  tenant text,
  subject text,
  credential text,
  transport text not null,
  operation_name text,
  operation_hash text,
  -- The mutation's root fields.
  fields text[] not null,
  outcome text not null,
  occurrences integer not null check (occurrences > 0),
  trace_id text not null
);

create index audit_events_by_tenant on audit_events (tenant, at desc, id desc);
