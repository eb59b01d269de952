-- Null where only the record of a data set is kept, and for what was stored before.
alter table data_set add column statistics jsonb;
