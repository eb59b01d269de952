-- Where a refused request came in, and why it was refused. Null in rows that are older, and where an operation tells by itself.
alter table audit_events add column entrance text, add column reason text;
