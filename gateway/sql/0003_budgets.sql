-- What is left to each key and tenant for generating. A row is refilled when it is next used, up to its limit.
create table budgets (
  -- `tenant:<tenant>`, or the credential.
  name text primary key,
  -- Below 0 after more was used than was charged.
  tokens double precision not null,
  device_ms double precision not null,
  updated_at timestamptz not null
);

-- What was charged for work that has not been settled: one row for each generation that may come of an operation.
create table charges (
  id uuid primary key,
  tenant text not null,
  credential text not null,
  trace_id text not null,
  model text not null,
  prompt_characters integer not null,
  tokens double precision not null,
  device_ms double precision not null,
  charged_at timestamptz not null default now(),
  -- From then on it is given back: nothing came of it.
  expires_at timestamptz not null
);

create index charges_by_trace on charges (tenant, trace_id, charged_at);
create index charges_by_expiry on charges (expires_at);

-- What is predicted from: moving averages over the generations that ended, by model and, as `*`, over all.
create table model_rates (
  model text primary key,
  device_ms_per_token double precision not null,
  tokens_per_character double precision not null,
  updated_at timestamptz not null default now()
);

-- What was used, by tenant and UTC day.
create table daily_usage (
  tenant text not null,
  day date not null,
  generations bigint not null,
  prompt_tokens bigint not null,
  completion_tokens bigint not null,
  device_ms double precision not null,
  primary key (tenant, day)
);
