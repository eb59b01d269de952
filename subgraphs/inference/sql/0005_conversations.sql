-- The turns of a conversation, [{role, content}], oldest first; empty where one prompt or question was given.
alter table generations add column messages jsonb not null default '[]';
