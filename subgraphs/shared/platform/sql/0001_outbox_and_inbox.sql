-- Events that a service's transactions announced and the relay has not yet handed to the broker.
-- "json", not "jsonb": the payload is passed on byte for byte, and may contain \u0000, which jsonb refuses.
create table outbox (
  position       bigint generated always as identity primary key,
  id             uuid not null unique,
  topic          text not null,
  key            text not null,
  payload        json not null,
  headers        json not null,
  created_at     timestamptz not null default clock_timestamp(),
  refused_at     timestamptz,
  refusal        text,
  check ((refused_at is null) = (refusal is null))
);

create index outbox_pending on outbox (position) where refused_at is null;

-- Messages whose effects are in the database already: the second delivery finds its row and does nothing.
create table inbox (
  consumer   text not null,
  message_id text not null,
  applied_at timestamptz not null default now(),
  primary key (consumer, message_id)
);

create index inbox_by_age on inbox (applied_at);
