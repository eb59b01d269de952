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
  // All entries by one statement of each kind (18 to 12 µs of the server's CPU a token), and a time that moves once a minute and at
  // the end: what an update changes of an index costs it an entry of each.
  /* sql */ `
create or replace function streams.append(
  p_producer text, p_streams text[], p_expected bigint[], p_payloads text[], p_ends boolean[], p_append_ids text[]
) returns table (place integer, last_sequence bigint, ended boolean, last_append text) language plpgsql as $$
#variable_conflict use_column
declare
  told bigint;
begin
  perform set_config('synchronous_commit', case when true = any (p_ends) then 'on' else 'off' end, true);
  if 1 = any (p_expected) then
    insert into streams.heads (stream)
      select a.stream from unnest(p_streams, p_expected) as a (stream, expected) where a.expected = 1
      on conflict do nothing;
  end if;
  -- In the order of the entries, which is the same in every process. From here on the heads stand still.
  perform from unnest(p_streams) with ordinality as a (stream, place)
    join streams.heads h on h.stream = a.stream order by a.place for no key update of h;
  return query
    select a.place::integer, coalesce(h.last_sequence, 0), coalesce(h.ended, false), coalesce(h.last_append, '')
    from unnest(p_streams, p_expected) with ordinality as a (stream, expected, place)
    left join streams.heads h on h.stream = a.stream
    where h.stream is null or h.ended or h.last_sequence <> a.expected - 1;
  insert into streams.events (stream, sequence, payload)
    select a.stream, a.expected + e.position - 1, e.payload
    from unnest(p_streams, p_expected, p_payloads) as a (stream, expected, payloads)
    join streams.heads h on h.stream = a.stream and not h.ended and h.last_sequence = a.expected - 1
    cross join lateral json_array_elements(a.payloads::json) with ordinality as e (payload, position);
  with appended as (
    update streams.heads h set
      last_sequence = a.expected - 1 + json_array_length(a.payloads::json), ended = a.ends, last_append = a.append_id,
      updated_at = case
        when a.ends or h.updated_at < clock_timestamp() - interval '1 minute' then clock_timestamp()
        else h.updated_at end
    from unnest(p_streams, p_expected, p_payloads, p_ends, p_append_ids) as a (stream, expected, payloads, ends, append_id)
    where h.stream = a.stream and not h.ended and h.last_sequence = a.expected - 1
    returning h.stream
  ) select count(pg_notify('streams', p_producer || ' ' || appended.stream)) into told from appended;
end $$;
`,
  // A plan that was made while there were few streams reads all heads, and is kept while they become many.
  /* sql */ `
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_seqscan = off;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_hashjoin = off;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_mergejoin = off;
`,
  // Tells of an append only where another process follows streams. A notification wakes the listening connection of every service,
  // whatever it listens to, and its commit waits for those of all others.
  /* sql */ `
-- The processes that follow streams of others.
create unlogged table streams.watchers (
  producer      text primary key,
  watches_until timestamptz not null
);

-- Who joins waits for the appends under way: what they bring is there to be read then, and of all later ones it is told.
create function streams.watch(p_producer text, p_lease_seconds double precision) returns void language plpgsql as $$
declare
  lease interval := make_interval(secs => p_lease_seconds);
begin
  update streams.watchers set watches_until = clock_timestamp() + lease
    where producer = p_producer and watches_until > clock_timestamp();
  if found then return; end if;
  perform pg_advisory_xact_lock(hashtext('streams.watchers'), 0);
  delete from streams.watchers where watches_until <= clock_timestamp();
  insert into streams.watchers (producer, watches_until) values (p_producer, clock_timestamp() + lease)
    on conflict (producer) do update set watches_until = excluded.watches_until;
end $$;

create or replace function streams.append(
  p_producer text, p_streams text[], p_expected bigint[], p_payloads text[], p_ends boolean[], p_append_ids text[]
) returns table (place integer, last_sequence bigint, ended boolean, last_append text) language plpgsql as $$
#variable_conflict use_column
declare
  told bigint;
  watched boolean;
begin
  perform set_config('synchronous_commit', case when true = any (p_ends) then 'on' else 'off' end, true);
  perform pg_advisory_xact_lock_shared(hashtext('streams.watchers'), 0);
  watched := exists (
    select from streams.watchers w where w.producer <> p_producer and w.watches_until > clock_timestamp());
  if 1 = any (p_expected) then
    insert into streams.heads (stream)
      select a.stream from unnest(p_streams, p_expected) as a (stream, expected) where a.expected = 1
      on conflict do nothing;
  end if;
  -- In the order of the entries, which is the same in every process. From here on the heads stand still.
  perform from unnest(p_streams) with ordinality as a (stream, place)
    join streams.heads h on h.stream = a.stream order by a.place for no key update of h;
  return query
    select a.place::integer, coalesce(h.last_sequence, 0), coalesce(h.ended, false), coalesce(h.last_append, '')
    from unnest(p_streams, p_expected) with ordinality as a (stream, expected, place)
    left join streams.heads h on h.stream = a.stream
    where h.stream is null or h.ended or h.last_sequence <> a.expected - 1;
  insert into streams.events (stream, sequence, payload)
    select a.stream, a.expected + e.position - 1, e.payload
    from unnest(p_streams, p_expected, p_payloads) as a (stream, expected, payloads)
    join streams.heads h on h.stream = a.stream and not h.ended and h.last_sequence = a.expected - 1
    cross join lateral json_array_elements(a.payloads::json) with ordinality as e (payload, position);
  with appended as (
    update streams.heads h set
      last_sequence = a.expected - 1 + json_array_length(a.payloads::json), ended = a.ends, last_append = a.append_id,
      updated_at = case
        when a.ends or h.updated_at < clock_timestamp() - interval '1 minute' then clock_timestamp()
        else h.updated_at end
    from unnest(p_streams, p_expected, p_payloads, p_ends, p_append_ids) as a (stream, expected, payloads, ends, append_id)
    where h.stream = a.stream and not h.ended and h.last_sequence = a.expected - 1
    returning h.stream
  ) select count(case when watched then pg_notify('streams', p_producer || ' ' || appended.stream)::text end)
    into told from appended;
end $$;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_seqscan = off;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_hashjoin = off;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_mergejoin = off;
`,
  // What is appended to a stream together lies in one row (9.4 to 6.2 µs of the server's CPU a token, five tokens an append).
  /* sql */ `
alter table streams.events rename to appends;
alter table streams.appends rename constraint events_pkey to appends_pkey;
-- The sequence is the last event's, so that what comes behind a cursor is what lies behind it in the index.
alter table streams.appends add column event_count integer not null default 1;
comment on column streams.appends.payload is 'Of one event its payload, of several an array of them.';

-- As processes of the version before read and forget events.
create view streams.events as
  select a.stream, a.sequence - a.event_count + e.position as sequence, e.payload
  from streams.appends a cross join lateral json_array_elements(
    case a.event_count when 1 then json_build_array(a.payload) else a.payload end
  ) with ordinality as e (payload, position);
create function streams.forget_events() returns trigger language plpgsql as $$
begin
  delete from streams.appends where stream = old.stream;
  return old;
end $$;
create trigger forget_events instead of delete on streams.events
  for each row execute function streams.forget_events();
-- As an append of the version before ends that was under way meanwhile.
create function streams.keep_event() returns trigger language plpgsql as $$
begin
  insert into streams.appends (stream, sequence, payload) values (new.stream, new.sequence, new.payload);
  return new;
end $$;
create trigger keep_event instead of insert on streams.events
  for each row execute function streams.keep_event();

create or replace function streams.append(
  p_producer text, p_streams text[], p_expected bigint[], p_payloads text[], p_ends boolean[], p_append_ids text[]
) returns table (place integer, last_sequence bigint, ended boolean, last_append text) language plpgsql as $$
#variable_conflict use_column
declare
  told bigint;
  watched boolean;
begin
  perform set_config('synchronous_commit', case when true = any (p_ends) then 'on' else 'off' end, true);
  perform pg_advisory_xact_lock_shared(hashtext('streams.watchers'), 0);
  watched := exists (
    select from streams.watchers w where w.producer <> p_producer and w.watches_until > clock_timestamp());
  if 1 = any (p_expected) then
    insert into streams.heads (stream)
      select a.stream from unnest(p_streams, p_expected) as a (stream, expected) where a.expected = 1
      on conflict do nothing;
  end if;
  -- In the order of the entries, which is the same in every process. From here on the heads stand still.
  perform from unnest(p_streams) with ordinality as a (stream, place)
    join streams.heads h on h.stream = a.stream order by a.place for no key update of h;
  return query
    select a.place::integer, coalesce(h.last_sequence, 0), coalesce(h.ended, false), coalesce(h.last_append, '')
    from unnest(p_streams, p_expected) with ordinality as a (stream, expected, place)
    left join streams.heads h on h.stream = a.stream
    where h.stream is null or h.ended or h.last_sequence <> a.expected - 1;
  with given as materialized (
    select a.stream, a.expected, a.payloads, json_array_length(a.payloads) as event_count, a.ends, a.append_id
    from unnest(p_streams, p_expected, p_payloads::json[], p_ends, p_append_ids)
      as a (stream, expected, payloads, ends, append_id)
  ), appended as (
    update streams.heads h set
      last_sequence = a.expected - 1 + a.event_count, ended = a.ends, last_append = a.append_id,
      updated_at = case
        when a.ends or h.updated_at < clock_timestamp() - interval '1 minute' then clock_timestamp()
        else h.updated_at end
    from given a
    where h.stream = a.stream and not h.ended and h.last_sequence = a.expected - 1
    returning h.stream, h.last_sequence, a.event_count, a.payloads
  ), kept as (
    insert into streams.appends (stream, sequence, event_count, payload)
      select a.stream, a.last_sequence, a.event_count, case a.event_count when 1 then a.payloads -> 0 else a.payloads end
      from appended a where a.event_count > 0
  ) select count(case when watched then pg_notify('streams', p_producer || ' ' || appended.stream)::text end)
    into told from appended;
end $$;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_seqscan = off;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_hashjoin = off;
alter function streams.append(text, text[], bigint[], text[], boolean[], text[]) set enable_mergejoin = off;
`,
];
