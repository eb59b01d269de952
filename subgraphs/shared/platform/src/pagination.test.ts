import { expect, test } from 'vitest';
import { encodeCursor } from './cursor.ts';
import { pageRequest, toConnection } from './pagination.ts';

const keyOf = (row: { readonly id: string }) => [row.id];

test('a page shows what was asked for and says that another follows', () => {
  const page = toConnection([{ id: 'a' }, { id: 'b' }, { id: 'c' }], 2, keyOf);
  expect(page.edges.map(({ node }) => node.id)).toEqual(['a', 'b']);
  expect(page.pageInfo).toEqual({ hasNextPage: true, endCursor: encodeCursor(['b']) });
});

test('the end cursor of a page leads to the key of its last row', () => {
  const page = toConnection([{ id: 'a' }, { id: 'ü/+' }], 2, keyOf);
  expect(pageRequest({ after: page.pageInfo.endCursor }, { key: ['text'] })).toEqual({
    first: 20,
    after: ['ü/+'],
  });
  expect(page.pageInfo.hasNextPage).toBe(false);
});

test('an empty page has no end cursor', () => {
  expect(toConnection([], 5, keyOf).pageInfo).toEqual({ hasNextPage: false, endCursor: null });
});

test.each([0, -1, 101])('first: %i is refused', (first) => {
  expect(() => pageRequest({ first }, { key: ['text'] })).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT' }),
  );
});

test('a cursor that no page of this list gave out is refused', () => {
  expect(() => pageRequest({ after: encodeCursor(['a']) }, { key: ['moment'] })).toThrow(
    expect.objectContaining({ code: 'BAD_USER_INPUT' }),
  );
});
