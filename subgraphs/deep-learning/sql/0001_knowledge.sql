-- What was taught. Rows are never deleted: forgetting sets forgotten_at, so old answers keep their evidence.
create table knowledge (
  id text primary key,
  tenant text not null,
  question text not null,
  also_asked_as text[] not null default '{}',
  answer text not null,
  source text,
  taught_by text not null,
  taught_at timestamptz not null,
  forgotten_at timestamptz,
  times_used integer not null default 0,
  -- The embedder and the index that hold its vectors; another value than today's means: embed again.
  embedded_with text not null
);
create index knowledge_by_time on knowledge (tenant, taught_at desc, id desc);
create index knowledge_by_embedding on knowledge (embedded_with) where forgotten_at is null;

-- Questions that nobody could answer, one row a normalised wording.
create table unknown_question (
  id text primary key,
  tenant text not null,
  normalised text not null,
  question text not null,
  times_asked integer not null,
  first_asked_at timestamptz not null,
  last_asked_at timestamptz not null,
  last_generation_id text,
  knowledge_id text references knowledge (id),
  unique (tenant, normalised)
);
create index unknown_question_by_count on unknown_question (tenant, times_asked desc, id desc);
