-- Versions of tenant `platform` are everybody's; others only their tenant's.
alter table model_versions add column tenant text not null default 'platform';
