-- Wordings that have a taught answer, from the deep-learning service's events. `question` is normalised.
create table taught_questions (
  tenant text not null,
  question text not null,
  knowledge_id text not null,
  primary key (tenant, question, knowledge_id)
);
create index taught_questions_of_knowledge on taught_questions (knowledge_id);

-- Withdrawals, kept because they may arrive before the teaching that they withdraw.
create table forgotten_knowledge (
  knowledge_id text primary key,
  forgotten_at timestamptz not null default now()
);
