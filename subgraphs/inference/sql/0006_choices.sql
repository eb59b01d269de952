-- The completions behind the first one, [{text, tokens, finishReason}], where several were asked for.
alter table generations add column other_choices jsonb not null default '[]';
