-- When a point of the loss curve was told. Points of before have the moment of this change.
alter table loss_point add column told_at timestamptz(3) not null default clock_timestamp();
