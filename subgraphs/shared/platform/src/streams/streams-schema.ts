/**
 * The streams' tables, in schema `streams`, and the one function that appends. A decode step appends to every running
 * stream at once, so the call takes many streams in one round trip. It commits without waiting for the disk
 * (0.1 ms rather than several) except when a stream ends, which makes all of it durable; what a crash of the server
 * could lose in between, at most some 0.6 s, its producer appends again (append-queue.ts).
 */
export const streamsSchemaVersions: readonly string[] = [
  /* sql */ `
create table streams.heads (
  stream        text primary key,
  last_sequence bigint not null default 0,
  ended         boolean not null default false,
  last_append   text not null default '',
  updated_at    timestamptz not null default clock_timestamp()
) with (fillfactor = 50);
create index heads_by_age on streams.heads (updated_at);

create table streams.events (
  stream   text not null,
  sequence bigint not null,
  payload  json not null,
  primary key (stream, sequence)
);

-- p_payloads holds one JSON array an entry. Returns the refused entries, by their place from 1.
create function streams.append(
  p_producer text, p_streams text[], p_expected bigint[], p_payloads text[], p_ends boolean[], p_append_ids text[]
) returns table (place integer, last_sequence bigint, ended boolean, last_append text) language plpgsql as $$
declare
  head streams.heads;
begin
  perform set_config('synchronous_commit', case when true = any (p_ends) then 'on' else 'off' end, true);
  for i in 1 .. cardinality(p_streams) loop
    if p_expected[i] = 1 then
      insert into streams.heads (stream) values (p_streams[i]) on conflict do nothing;
    end if;
    select * into head from streams.heads h where h.stream = p_streams[i] for no key update;
    if head.stream is null or head.ended or head.last_sequence <> p_expected[i] - 1 then
      place := i;
      last_sequence := coalesce(head.last_sequence, 0);
      ended := coalesce(head.ended, false);
      last_append := coalesce(head.last_append, '');
      return next;
      continue;
    end if;
    insert into streams.events (stream, sequence, payload)
      select p_streams[i], p_expected[i] + e.position - 1, e.payload
      from json_array_elements(p_payloads[i]::json) with ordinality as e (payload, position);
    update streams.heads h set
      last_sequence = p_expected[i] - 1 + json_array_length(p_payloads[i]::json),
      ended = p_ends[i], last_append = p_append_ids[i], updated_at = clock_timestamp()
      where h.stream = p_streams[i];
    perform pg_notify('streams', p_producer || ' ' || p_streams[i]);
  end loop;
end $$;
`,
];
