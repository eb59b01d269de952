import type { Database } from '../database/database.ts';
import type { DeliveredMessage, OutgoingMessage } from './broker.ts';
import { partitionOf, type TopicPartition } from './partitioning.ts';

/** The SQL of the embedded log itself: topics, appends, reads, retention. */

export interface ReadPosition extends TopicPartition {
  /** The first offset wanted. */
  readonly offset: bigint;
}

export interface PartitionRange extends TopicPartition {
  /** The oldest offset that retention has left. */
  readonly firstOffset: bigint;
  /** The offset that the next message will get. */
  readonly nextOffset: bigint;
}

interface MessageRow {
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly payload: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly partition: number;
  readonly offset: string;
  readonly published_at: Date;
}

export interface LogStore {
  /** Creates the topic where it is new; its number of partitions never changes, for that would break the keys' order. */
  ensureTopic(topic: string): Promise<number>;
  append(messages: readonly OutgoingMessage[]): Promise<void>;
  /** At most `limit` messages of each partition, in order, from its position on. One query. */
  read(positions: readonly ReadPosition[], limit: number): Promise<readonly DeliveredMessage[]>;
  ranges(topic: string): Promise<readonly PartitionRange[]>;
  /** Deletes old messages that every active group has consumed. Returns how many. */
  expire(options: { readonly retentionMs: number; readonly groupRetentionMs: number }): Promise<number>;
}

export function createLogStore(
  database: Database,
  { partitionCount }: { readonly partitionCount: number },
): LogStore {
  const partitionCounts = new Map<string, number>();

  async function ensureTopic(topic: string): Promise<number> {
    const known = partitionCounts.get(topic);
    if (known !== undefined) return known;
    const { count } = await database.one<{ count: number }>('select broker.ensure_topic($1, $2) as count', [
      topic,
      partitionCount,
    ]);
    partitionCounts.set(topic, count);
    return count;
  }

  async function append(messages: readonly OutgoingMessage[]): Promise<void> {
    for (const topic of new Set(messages.map((message) => message.topic))) await ensureTopic(topic);
    await database.query('select broker.append($1, $2, $3, $4, $5, $6)', [
      messages.map(({ topic }) => topic),
      messages.map(({ topic, key }) => partitionOf(key, partitionCounts.get(topic)!)),
      messages.map(({ id }) => id),
      messages.map(({ key }) => key),
      messages.map(({ payload }) => JSON.stringify(payload ?? null)),
      messages.map(({ headers }) => JSON.stringify(headers ?? {})),
    ]);
  }

  async function read(
    positions: readonly ReadPosition[],
    limit: number,
  ): Promise<readonly DeliveredMessage[]> {
    if (positions.length === 0) return [];
    const rows = await database.query<MessageRow>(
      `select m.* from unnest($1::text[], $2::integer[], $3::bigint[]) as p (topic, partition, "offset")
       cross join lateral (
         select * from broker.messages m
         where m.topic = p.topic and m.partition = p.partition and m."offset" >= p."offset"
         order by m."offset" limit $4
       ) m`,
      [
        positions.map(({ topic }) => topic),
        positions.map(({ partition }) => partition),
        positions.map(({ offset }) => offset.toString()),
        limit,
      ],
    );
    return rows.map(toDelivered);
  }

  async function ranges(topic: string): Promise<readonly PartitionRange[]> {
    const rows = await database.query<{ partition: number; first_offset: string; next_offset: string }>(
      'select partition, first_offset, next_offset from broker.partitions where topic = $1 order by partition',
      [topic],
    );
    return rows.map((row) => ({
      topic,
      partition: row.partition,
      firstOffset: BigInt(row.first_offset),
      nextOffset: BigInt(row.next_offset),
    }));
  }

  async function expire({
    retentionMs,
    groupRetentionMs,
  }: {
    readonly retentionMs: number;
    readonly groupRetentionMs: number;
  }): Promise<number> {
    await forgetAbandonedGroups(groupRetentionMs);
    const partitions = await database.query<TopicPartition>(
      'select topic, partition from broker.partitions where next_offset > first_offset',
      [],
    );
    let deleted = 0;
    for (const partition of partitions) {
      for (let chunk = expireChunkRows; chunk === expireChunkRows; deleted += chunk) {
        chunk = await expirePartition(partition, retentionMs);
      }
    }
    return deleted;
  }

  async function forgetAbandonedGroups(groupRetentionMs: number): Promise<void> {
    await database.transaction(async (tx) => {
      const abandoned = await tx.query<{ group_name: string }>(
        `select group_name from broker.groups g
         where last_active_at < now() - $1 * interval '1 millisecond' and not exists (
           select 1 from broker.members m
           where m.group_name = g.group_name and m.lease_until > now() - $1 * interval '1 millisecond')
         for update`,
        [groupRetentionMs],
      );
      const names = [abandoned.map(({ group_name }) => group_name)];
      await tx.query('delete from broker.assignments where group_name = any($1)', names);
      await tx.query('delete from broker.members where group_name = any($1)', names);
      await tx.query('delete from broker.groups where group_name = any($1)', names);
    });
  }

  /** One transaction a chunk, so that no publisher of the partition waits long. */
  async function expirePartition({ topic, partition }: TopicPartition, retentionMs: number): Promise<number> {
    const { deleted } = await database.one<{ deleted: string }>(
      `with bounds as (
         select least(p.next_offset, min(a.committed)) as bound from broker.partitions p
         left join broker.assignments a using (topic, partition)
         where p.topic = $1 and p.partition = $2 group by p.next_offset
       ), old as (
         select "offset" from (
           select m."offset", m.published_at from broker.messages m, bounds
           where m.topic = $1 and m.partition = $2 and m."offset" < bounds.bound
           order by m."offset" limit ${expireChunkRows}
         ) head where published_at < now() - $3 * interval '1 millisecond'
       ), gone as (
         delete from broker.messages m using old
         where m.topic = $1 and m.partition = $2 and m."offset" = old."offset" returning m."offset"
       ), moved as (
         update broker.partitions p set first_offset = (select max("offset") + 1 from gone)
         where p.topic = $1 and p.partition = $2 and exists (select 1 from gone)
       )
       select count(*) as deleted from gone`,
      [topic, partition, retentionMs],
    );
    return Number(deleted);
  }

  return { ensureTopic, append, read, ranges, expire };
}

const expireChunkRows = 5_000;

function toDelivered(row: MessageRow): DeliveredMessage {
  return {
    id: row.id,
    topic: row.topic,
    key: row.key,
    payload: row.payload,
    headers: row.headers,
    partition: row.partition,
    offset: BigInt(row.offset),
    publishedAt: row.published_at,
  };
}
