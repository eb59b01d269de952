/**
 * Relay cursor connections by key: a cursor holds the sort key of its row, so pages stay right while rows come and go,
 * and a page costs an index range scan however deep it lies.
 */
import { decodeCursor, encodeCursor, type KeyPart } from './cursor.ts';
import { raisePlatform } from './errors.ts';

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface PageRequest {
  /** Rows to show; fetch one more to learn whether another page follows. */
  readonly first: number;
  /** The sort key of the last row seen, or undefined for the first page. */
  readonly after: readonly string[] | undefined;
}

export interface Connection<Row> {
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface PageLimits {
  readonly defaultFirst?: number;
  readonly maxFirst?: number;
  /** What the parts of the sort key are; none where the list has no further page. */
  readonly key: readonly KeyPart[];
}

/** Throws BAD_USER_INPUT for a `first` outside 1 to `maxFirst` (100) and for a cursor that no page gave out. */
export function pageRequest(
  args: PageArguments,
  { defaultFirst = 20, maxFirst = 100, key }: PageLimits,
): PageRequest {
  const first = args.first ?? defaultFirst;
  if (first < 1 || first > maxFirst) {
    throw raisePlatform('BAD_USER_INPUT', {
      because: `\`first\` is ${first}, allowed are 1 to ${maxFirst}`,
      details: { field: 'first' },
    });
  }
  return { first, after: args.after == null ? undefined : decodeCursor(args.after, key) };
}

/** Makes a page of rows fetched with a limit of `first + 1`. `keyOf` gives the sort key that the query ordered by. */
export function toConnection<Row>(
  rows: readonly Row[],
  first: number,
  keyOf: (row: Row) => readonly string[],
): Connection<Row> {
  const edges = rows.slice(0, first).map((node) => ({ cursor: encodeCursor(keyOf(node)), node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first, endCursor: edges.at(-1)?.cursor ?? null } };
}
