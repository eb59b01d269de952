import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignPartitions, type PlannedPartition, partitionOf } from './partitioning.ts';

function topicOf(partitionCount: number, target?: string): PlannedPartition[] {
  return Array.from({ length: partitionCount }, (_, partition) => ({ topic: 'events', partition, target }));
}

function countsOf(planned: readonly PlannedPartition[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { target } of planned) counts[target ?? 'nobody'] = (counts[target ?? 'nobody'] ?? 0) + 1;
  return counts;
}

const subscribed = (...names: string[]) => names.map((member) => ({ member, topics: ['events'] }));

describe('partitionOf', () => {
  it('keeps a key on its partition for ever: these values are part of the stored data', () => {
    expect(['a', 'run-1', 'tenant/7', 'é'].map((key) => partitionOf(key, 8))).toEqual([0, 1, 4, 4]);
  });

  it('spreads short keys: no partition of 8 gets more than twice its share of 800 numbered keys', () => {
    const counts = new Array<number>(8).fill(0);
    for (let n = 0; n < 800; n++) counts[partitionOf(`key-${n}`, 8)]!++;
    expect(Math.max(...counts)).toBeLessThan(200);
    expect(Math.min(...counts)).toBeGreaterThan(50);
  });
});

describe('assignPartitions', () => {
  it('gives a lone member everything and shares evenly with a second one', () => {
    const alone = assignPartitions(subscribed('a'), topicOf(8));
    expect(countsOf(alone)).toEqual({ a: 8 });
    expect(countsOf(assignPartitions(subscribed('a', 'b'), alone))).toEqual({ a: 4, b: 4 });
  });

  it('gives the partitions of a member that left to the others and moves no other', () => {
    const before = assignPartitions(subscribed('a', 'b', 'c'), topicOf(9));
    const after = assignPartitions(subscribed('a', 'c'), before);
    const moved = after.filter(
      (now) => before.find((then) => then.partition === now.partition)?.target !== now.target,
    );
    expect(moved).toHaveLength(3);
  });

  it('leaves a topic nobody subscribes to without a reader', () => {
    expect(countsOf(assignPartitions([{ member: 'a', topics: ['others'] }], topicOf(3, 'a')))).toEqual({
      nobody: 3,
    });
  });

  it('is even, complete and stable for any members and any former plan', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    fc.assert(
      fc.property(
        fc.uniqueArray(names, { minLength: 1 }),
        fc.array(fc.option(names, { nil: undefined }), { minLength: 1, maxLength: 40 }),
        (members, targets) => {
          const before = targets.map((target, partition) => ({ topic: 'events', partition, target }));
          const after = assignPartitions(subscribed(...members), before);
          expect(after.map(({ partition }) => partition).sort((x, y) => x - y)).toEqual(
            before.map(({ partition }) => partition),
          );
          const counts = members.map((member) => after.filter(({ target }) => target === member).length);
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          expect(assignPartitions(subscribed(...members), after)).toEqual(after);
        },
      ),
    );
  });
});
