-- A name has versions from 1 on; each is immutable and named by its content, so equal content is one artifact.
alter table data_set add column version integer;
update data_set set version = numbered.version
  from (select id, row_number() over (partition by tenant, name order by created_at, id) as version from data_set) numbered
 where data_set.id = numbered.id;
alter table data_set alter column version set not null;
create unique index data_set_version on data_set (tenant, name, version);
