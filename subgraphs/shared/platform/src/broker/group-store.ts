import type { Database } from '../database/database.ts';
import type { Queryable } from '../database/queryable.ts';
import {
  assignPartitions,
  type GroupMemberInfo,
  type PlannedPartition,
  type TopicPartition,
} from './partitioning.ts';

/**
 * The SQL of consumer groups: who is a member, who reads which partition, how far each has got.
 *
 * A partition changes hands in three steps, so that no two members ever read it at once while both are well:
 * a rebalance names its new `target`; the present `owner` finishes the message under way, commits and releases it;
 * the target claims it. An owner whose lease ran out is not waited for. Every change of owner raises the partition's
 * epoch, and a commit under an older epoch changes nothing: a member that slept through its eviction is fenced off.
 * Leases are measured by the server's clock alone.
 */
export interface Holding extends TopicPartition {
  readonly epoch: bigint;
  /** The first offset not yet consumed. */
  readonly committed: bigint;
}

export interface GroupView {
  /** Mine, and staying mine. */
  readonly kept: readonly Holding[];
  /** Mine, but wanted by another member or by nobody. */
  readonly toRelease: readonly Holding[];
  /** Meant for me and free. */
  readonly toClaim: readonly Holding[];
}

export interface GroupStore {
  join(options: { readonly topics: readonly string[]; readonly from: 'earliest' | 'latest' }): Promise<void>;
  /** `evicted`: the lease ran out and others noticed; join again. `neighbourDied`: somebody else's did: rebalance. */
  heartbeat(): Promise<'alive' | 'evicted' | 'neighbourDied'>;
  rebalance(): Promise<void>;
  view(): Promise<GroupView>;
  claim(): Promise<readonly Holding[]>;
  release(holding: TopicPartition & { readonly epoch: bigint }): Promise<void>;
  /**
   * Of each whether it counts: not if the partition belongs to somebody else by now. Does not wait for the disk: what a crash of the
   * server takes of it is delivered again.
   */
  commit(holdings: readonly Holding[]): Promise<readonly boolean[]>;
  leave(): Promise<void>;
}

export interface GroupStoreOptions {
  readonly database: Database;
  readonly group: string;
  /** A UUID, new for every member that ever joins. */
  readonly member: string;
  /** For people who look into the table. */
  readonly client: string;
  readonly leaseMs: number;
}

interface AssignmentRow {
  readonly topic: string;
  readonly partition: number;
  readonly owner: string | null;
  readonly target: string | null;
  readonly epoch: string;
  readonly committed: string;
}

const leaseEnd = (parameter: string) => `clock_timestamp() + ${parameter} * interval '1 millisecond'`;

export function createGroupStore({
  database,
  group,
  member,
  client,
  leaseMs,
}: GroupStoreOptions): GroupStore {
  async function join({
    topics,
    from,
  }: {
    readonly topics: readonly string[];
    readonly from: 'earliest' | 'latest';
  }): Promise<void> {
    await database.transaction(async (tx) => {
      await lockGroup(tx, group);
      await tx.query(
        `insert into broker.members (group_name, member, client, topics, lease_until)
         values ($1, $2, $3, $4, ${leaseEnd('$5')})
         on conflict (group_name, member) do update set lease_until = excluded.lease_until`,
        [group, member, client, topics, leaseMs],
      );
      await tx.query(
        `insert into broker.assignments (group_name, topic, partition, committed)
         select $1, topic, partition, case when $3 then next_offset else first_offset end
         from broker.partitions where topic = any($2) on conflict do nothing`,
        [group, topics, from === 'latest'],
      );
      await planUnderLock(tx, group);
    });
  }

  async function heartbeat(): Promise<'alive' | 'evicted' | 'neighbourDied'> {
    const { alive, neighbour_died } = await database.one<{ alive: boolean; neighbour_died: boolean }>(
      `with beat as (
         update broker.members set lease_until = ${leaseEnd('$3')} where group_name = $1 and member = $2 returning 1
       )
       select exists (select 1 from beat) as alive, exists (
         select 1 from broker.members where group_name = $1 and member <> $2 and lease_until < clock_timestamp()
       ) as neighbour_died`,
      [group, member, leaseMs],
    );
    if (!alive) return 'evicted';
    return neighbour_died ? 'neighbourDied' : 'alive';
  }

  async function rebalance(): Promise<void> {
    await database.transaction(async (tx) => {
      await lockGroup(tx, group);
      await planUnderLock(tx, group);
    });
  }

  async function view(): Promise<GroupView> {
    const rows = await database.query<AssignmentRow>(
      `select topic, partition, owner, target, epoch, committed from broker.assignments
       where group_name = $1 and (owner = $2 or (target = $2 and owner is null))`,
      [group, member],
    );
    const mine = rows.filter(({ owner }) => owner === member);
    return {
      kept: mine.filter(({ target }) => target === member).map(toHolding),
      toRelease: mine.filter(({ target }) => target !== member).map(toHolding),
      toClaim: rows.filter(({ owner }) => owner === null).map(toHolding),
    };
  }

  async function claim(): Promise<readonly Holding[]> {
    const rows = await database.query<AssignmentRow>(
      `update broker.assignments set owner = $2, epoch = epoch + 1
       where group_name = $1 and target = $2 and owner is null
         and exists (select 1 from broker.members where group_name = $1 and member = $2)
       returning topic, partition, owner, target, epoch, committed`,
      [group, member],
    );
    return rows.map(toHolding);
  }

  async function release({
    topic,
    partition,
    epoch,
  }: TopicPartition & { readonly epoch: bigint }): Promise<void> {
    await database.query(
      `with freed as (
         update broker.assignments set owner = null, epoch = epoch + 1
         where group_name = $1 and topic = $2 and partition = $3 and owner = $4 and epoch = $5 returning group_name
       )
       select pg_notify('broker_groups', group_name) from freed`,
      [group, topic, partition, member, epoch.toString()],
    );
  }

  async function commit(holdings: readonly Holding[]): Promise<readonly boolean[]> {
    const rows = await database.query<{ place: number }>(
      `with lax as materialized (select set_config('synchronous_commit', 'off', true)), wanted as (
         select w.* from lax, unnest($3::text[], $4::integer[], $5::bigint[], $6::bigint[])
           with ordinality as w (topic, partition, epoch, committed, place)
         join broker.assignments held on held.group_name = $1 and held.topic = w.topic and held.partition = w.partition
         order by held.topic, held.partition for no key update of held
       )
       update broker.assignments a set committed = w.committed from wanted w
       where a.group_name = $1 and a.topic = w.topic and a.partition = w.partition and a.owner = $2 and a.epoch = w.epoch
       returning w.place::integer as place`,
      [
        group,
        member,
        holdings.map(({ topic }) => topic),
        holdings.map(({ partition }) => partition),
        holdings.map(({ epoch }) => epoch.toString()),
        holdings.map(({ committed }) => committed.toString()),
      ],
    );
    const accepted = new Set(rows.map(({ place }) => place));
    return holdings.map((_, index) => accepted.has(index + 1));
  }

  async function leave(): Promise<void> {
    await database.transaction(async (tx) => {
      await lockGroup(tx, group);
      await tx.query('delete from broker.members where group_name = $1 and member = $2', [group, member]);
      await planUnderLock(tx, group);
    });
  }

  return { join, heartbeat, rebalance, view, claim, release, commit, leave };
}

async function lockGroup(tx: Queryable, group: string): Promise<void> {
  await tx.query(
    `insert into broker.groups (group_name) values ($1)
     on conflict (group_name) do update set last_active_at = now()`,
    [group],
  );
}

/** Drops the dead, frees what they owned, and plans anew who reads what. The caller holds the group's lock. */
async function planUnderLock(tx: Queryable, group: string): Promise<void> {
  await tx.query('delete from broker.members where group_name = $1 and lease_until < clock_timestamp()', [
    group,
  ]);
  await tx.query(
    `update broker.assignments set owner = null, epoch = epoch + 1
     where group_name = $1 and owner not in (select member from broker.members where group_name = $1)`,
    [group],
  );
  const members = await tx.query<GroupMemberInfo>(
    'select member, topics from broker.members where group_name = $1 order by joined_at, member',
    [group],
  );
  const rows = await tx.query<AssignmentRow>(
    `select topic, partition, owner, target, epoch, committed from broker.assignments
     where group_name = $1 order by topic, partition`,
    [group],
  );
  const plan = assignPartitions(
    members,
    rows.map(
      ({ topic, partition, target }): PlannedPartition => ({ topic, partition, target: target ?? undefined }),
    ),
  );
  await tx.query(
    `update broker.assignments a set target = p.target
     from unnest($2::text[], $3::integer[], $4::uuid[]) as p (topic, partition, target)
     where a.group_name = $1 and a.topic = p.topic and a.partition = p.partition
       and a.target is distinct from p.target`,
    [
      group,
      plan.map(({ topic }) => topic),
      plan.map(({ partition }) => partition),
      plan.map(({ target }) => target),
    ],
  );
  await tx.query(`select pg_notify('broker_groups', $1)`, [group]);
}

function toHolding(row: AssignmentRow): Holding {
  return {
    topic: row.topic,
    partition: row.partition,
    epoch: BigInt(row.epoch),
    committed: BigInt(row.committed),
  };
}
