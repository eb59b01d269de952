-- A version that was removed is nothing to start from any more; what was made of it stays.
alter table known_version add removed boolean not null default false;
