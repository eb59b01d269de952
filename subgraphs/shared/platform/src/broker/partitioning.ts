/**
 * Which partition a key belongs to, and which member of a group reads which partition. Pure.
 */

/** FNV-1a over the key's UTF-8 bytes: the same key goes to the same partition in every process and for ever. */
export function partitionOf(key: string, partitionCount: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193);
  // The low bits of FNV-1a are its weakest for short keys: fold the high ones in.
  hash ^= hash >>> 16;
  return (hash >>> 0) % partitionCount;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PlannedPartition extends TopicPartition {
  /** The member that reads it, or `undefined` where no living member subscribes to the topic. */
  readonly target: string | undefined;
}

export interface GroupMemberInfo {
  readonly member: string;
  readonly topics: readonly string[];
}

/**
 * Spreads each topic's partitions evenly over the members that subscribe to it (counts differ by at most one a topic)
 * and moves as few as possible: a partition stays where it is unless its member is gone or holds more than its share.
 *
 * @param members living members, longest first: earlier ones get the odd partitions
 * @param planned every partition of the group with its present target
 */
export function assignPartitions(
  members: readonly GroupMemberInfo[],
  planned: readonly PlannedPartition[],
): readonly PlannedPartition[] {
  const topics = [...new Set(planned.map(({ topic }) => topic))];
  return topics.flatMap((topic) =>
    assignTopic(
      members.filter((member) => member.topics.includes(topic)).map(({ member }) => member),
      planned.filter((partition) => partition.topic === topic),
    ),
  );
}

function assignTopic(
  members: readonly string[],
  partitions: readonly PlannedPartition[],
): PlannedPartition[] {
  if (members.length === 0) return partitions.map((partition) => ({ ...partition, target: undefined }));

  const share = Math.floor(partitions.length / members.length);
  let oddOnes = partitions.length % members.length;
  const held = new Map<string, number>(members.map((member) => [member, 0]));
  const homeless: PlannedPartition[] = [];
  const settled: PlannedPartition[] = [];

  for (const partition of partitions) {
    const count = partition.target === undefined ? undefined : held.get(partition.target);
    const mayKeepOdd = count === share && oddOnes > 0;
    if (partition.target === undefined || count === undefined || (count >= share && !mayKeepOdd)) {
      homeless.push(partition);
      continue;
    }
    if (mayKeepOdd) oddOnes--;
    held.set(partition.target, count + 1);
    settled.push(partition);
  }

  for (const partition of homeless) {
    const target = members.reduce((least, member) => (held.get(member)! < held.get(least)! ? member : least));
    held.set(target, held.get(target)! + 1);
    settled.push({ ...partition, target });
  }
  return settled;
}
