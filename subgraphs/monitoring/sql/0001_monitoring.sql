-- What a scrape of a service showed, thinned with age: every one for an hour, then one a minute for a day.
create table snapshot (
  service text not null,
  at timestamptz not null,
  content jsonb not null,
  primary key (service, at)
);

-- How every service is now, and since when.
create table service_status (
  service text primary key,
  status text not null,
  detail text,
  since timestamptz not null,
  checked_at timestamptz not null,
  dependencies jsonb not null default '[]'
);

create table alert (
  id text primary key,
  rule text not null,
  subject text not null,
  service text,
  severity text not null,
  status text not null,
  summary text not null,
  fired_at timestamptz not null,
  resolved_at timestamptz,
  acknowledged_by text,
  note text
);
create index alert_by_time on alert (fired_at desc, id desc);
-- One alert a rule and subject at a time.
create unique index alert_firing on alert (rule, subject) where status = 'FIRING';

-- What subscribers see, gapless: written in the alert's own transaction by the one process that holds the watch.
create table alert_event (
  sequence bigint primary key,
  alert_id text not null references alert (id),
  status text not null,
  at timestamptz not null default now()
);
