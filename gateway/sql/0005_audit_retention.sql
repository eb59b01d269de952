-- The oldest rows are found without reading the others.
create index audit_events_by_age on audit_events (at);
