import { expect, test } from 'vitest';
import { Linked, LinkedSet } from './linked-set.ts';

class Item extends Linked {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }
}

const namesIn = (set: LinkedSet<Item>): string =>
  set
    .items()
    .map(({ name }) => name)
    .join('');

test('a linked set holds what a Set would, whoever comes and goes in whatever order', () => {
  const items = [...'abcdef'].map((name) => new Item(name));
  const set = new LinkedSet<Item>();
  const expected = new Set<Item>();
  let random = 7;
  for (let step = 0; step < 2_000; step += 1) {
    random = (random * 16_807) % 2_147_483_647;
    const item = items[random % items.length] as Item;
    if (random % 7 < 3) {
      set.delete(item);
      expected.delete(item);
    } else {
      set.add(item);
      expected.add(item);
    }
    expect(new Set(set.items())).toEqual(expected);
    expect(set.size).toBe(expected.size);
    expect(set.has(item)).toBe(expected.has(item));
  }
});

test('an item is in one linked set, and no other can let go of it', () => {
  const item = new Item('a');
  const [one, other] = [new LinkedSet<Item>(), new LinkedSet<Item>()];
  one.add(item);
  other.add(item);
  other.delete(item);
  expect([namesIn(one), namesIn(other)]).toEqual(['a', '']);
  one.delete(item);
  other.add(item);
  expect([namesIn(one), namesIn(other)]).toEqual(['', 'a']);
});
