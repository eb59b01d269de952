-- One row a generation, from acceptance on. While it runs, its stream of events is the truth and the row holds what is
-- needed to go on with it; at its end the result is written here in one transaction with the event that announces it.
create table generations (
  id text primary key,
  tenant text not null,
  kind text not null check (kind in ('ASK', 'GENERATE')),
  status text not null check (status in ('QUEUED', 'RUNNING', 'COMPLETED', 'CANCELLED', 'FAILED')),
  prompt text not null,
  -- What it takes to compute it again: model version, tokens, sampling (see src/stores/generation-store.ts).
  settings jsonb not null,
  -- On whose behalf deep-learning is asked, also after a restart.
  identity jsonb not null,
  idempotency_key text,
  seed integer,
  trace_id text not null,
  created_at timestamptz not null,

  -- The instance that computes it, and how many did.
  owner text not null,
  takeovers integer not null default 0,
  cancel_requested_at timestamptz,

  text text not null default '',
  service text,
  reason text,
  explanation text,
  score double precision,
  bound double precision,
  calibration_version text,
  draft text,
  evidence jsonb not null default '[]',
  model_version_id text,
  device_id text,
  finish_reason text,
  usage jsonb not null,
  failure jsonb,
  -- Read only where tokens are asked for.
  tokens jsonb not null default '[]',
  completed_at timestamptz
);

create unique index generations_idempotency on generations (tenant, idempotency_key) where idempotency_key is not null;
create index generations_newest on generations (tenant, created_at desc, id desc);
create index generations_of_version on generations (tenant, model_version_id, created_at desc, id desc);
create index generations_unfinished on generations (owner) where completed_at is null;

-- Instances that are alive, so that another one can take over the generations of one that is not.
create table instances (
  id text primary key,
  seen_at timestamptz not null
);
