-- What a version turned out to be for when it was loaded, and what it makes of texts that it reads whole; unknown before.
alter table deployments
  add column purpose text check (purpose in ('GENERATION', 'CLASSIFICATION', 'EMBEDDING')),
  add column reads jsonb;
