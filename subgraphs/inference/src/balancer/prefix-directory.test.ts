import { expect, test } from 'vitest';
import { PrefixDirectory } from './prefix-directory.ts';

test('tells how many leading blocks each replica has computed', () => {
  const directory = new PrefixDirectory(100);
  directory.placed('a', ['1', '12', '123']);
  directory.placed('b', ['1', '14']);
  expect(directory.matches(['1', '12', '125'])).toEqual(
    new Map([
      ['a', 2],
      ['b', 1],
    ]),
  );
  expect(directory.matches(['2'])).toEqual(new Map());
});

test('a replica that lacks a block in between holds nothing behind it', () => {
  const directory = new PrefixDirectory(100);
  directory.placed('a', ['1']);
  directory.placed('a', ['123']);
  expect(directory.matches(['1', '12', '123'])).toEqual(new Map([['a', 1]]));
});

test('forgets what was used the longest ago', () => {
  const directory = new PrefixDirectory(2);
  directory.placed('a', ['1']);
  directory.placed('a', ['2']);
  directory.placed('b', ['1']);
  directory.placed('a', ['3']);
  expect(directory.size).toBe(2);
  expect(directory.matches(['2'])).toEqual(new Map());
  expect(directory.matches(['1'])).toEqual(
    new Map([
      ['a', 1],
      ['b', 1],
    ]),
  );
});

test('a replica that is gone holds nothing, and what it held alone takes no room', () => {
  const directory = new PrefixDirectory(100);
  directory.placed('a', ['1', '2']);
  directory.placed('b', ['1']);
  directory.forget('a');
  expect(directory.matches(['1', '2'])).toEqual(new Map([['b', 1]]));
  expect(directory.size).toBe(1);
});
