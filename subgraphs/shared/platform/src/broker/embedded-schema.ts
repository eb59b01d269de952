/**
 * The embedded log's tables and functions, in schema `broker`.
 *
 * A partition's `next_offset` is a counter row that a publisher holds locked until it commits. Publishers of one
 * partition therefore become visible in the order of their offsets, and a roll-back gives its offsets back: gapless.
 * A bigserial instead would let a later number commit first, and a reader at "greater than my last" would lose events.
 */
export const brokerSchemaVersions: readonly string[] = [
  /* sql */ `
create table broker.topics (
  topic           text primary key,
  partition_count integer not null check (partition_count > 0),
  created_at      timestamptz not null default now()
);

create table broker.partitions (
  topic        text not null references broker.topics,
  partition    integer not null,
  first_offset bigint not null default 0,
  next_offset  bigint not null default 0,
  primary key (topic, partition)
) with (fillfactor = 50);

create table broker.messages (
  topic        text not null,
  partition    integer not null,
  "offset"     bigint not null,
  id           text not null,
  key          text not null,
  payload      json not null,
  headers      json not null,
  published_at timestamptz not null default clock_timestamp(),
  primary key (topic, partition, "offset")
);

-- The row lock of a group serialises its rebalances.
create table broker.groups (
  group_name     text primary key,
  last_active_at timestamptz not null default now()
);

create table broker.members (
  group_name  text not null references broker.groups,
  member      uuid not null,
  client      text not null,
  topics      text[] not null,
  joined_at   timestamptz not null default clock_timestamp(),
  lease_until timestamptz not null,
  primary key (group_name, member)
);

-- "owner" reads and commits now; "target" shall. The epoch grows whenever the owner changes and fences the former one.
create table broker.assignments (
  group_name text not null references broker.groups,
  topic      text not null,
  partition  integer not null,
  owner      uuid,
  target     uuid,
  epoch      bigint not null default 0,
  committed  bigint not null,
  primary key (group_name, topic, partition),
  foreign key (topic, partition) references broker.partitions
) with (fillfactor = 50);

create function broker.ensure_topic(p_topic text, p_partition_count integer) returns integer language plpgsql as $$
declare
  existing integer;
begin
  select partition_count into existing from broker.topics where topic = p_topic;
  if existing is not null then
    return existing;
  end if;
  insert into broker.topics (topic, partition_count) values (p_topic, p_partition_count) on conflict do nothing;
  select partition_count into existing from broker.topics where topic = p_topic;
  insert into broker.partitions (topic, partition)
    select p_topic, n from generate_series(0, existing - 1) as n on conflict do nothing;
  return existing;
end $$;

create function broker.append(
  p_topics text[], p_partitions integer[], p_ids text[], p_keys text[], p_payloads text[], p_headers text[]
) returns void language plpgsql as $$
declare
  written bigint;
begin
  -- In one order, so that two batches never wait for each other in a circle.
  perform 1 from broker.partitions p
    where (p.topic, p.partition) in (select * from unnest(p_topics, p_partitions))
    order by p.topic, p.partition for no key update;

  with incoming as (
    select i.*, row_number() over (partition by topic, partition order by position) - 1 as place
    from unnest(p_topics, p_partitions, p_ids, p_keys, p_payloads, p_headers)
      with ordinality as i (topic, partition, id, key, payload, headers, position)
  ), taken as (
    update broker.partitions p set next_offset = p.next_offset + c.amount
    from (select topic, partition, count(*) as amount from incoming group by topic, partition) c
    where p.topic = c.topic and p.partition = c.partition
    returning p.topic, p.partition, p.next_offset - c.amount as base
  )
  insert into broker.messages (topic, partition, "offset", id, key, payload, headers)
    select i.topic, i.partition, t.base + i.place, i.id, i.key, i.payload::json, i.headers::json
    from incoming i join taken t using (topic, partition)
    order by i.topic, i.partition, i.place;

  get diagnostics written = row_count;
  if written <> cardinality(p_topics) then
    raise exception 'broker.append: % messages given, % stored; a partition does not exist', cardinality(p_topics), written;
  end if;
  perform pg_notify('broker_messages', t.topic) from (select distinct topic from unnest(p_topics) as u (topic)) t;
end $$;
`,
];
