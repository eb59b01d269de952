/**
 * Cursors: the sort key of a row, or the place of an event, in a string that clients treat as opaque.
 *
 * Whoever wants to writes a cursor of their own. So the list says what each part of its key is, and a part that cannot be
 * one never reaches a query: the database would refuse it as a fault of ours.
 */
import { parseDateTime } from './date-time.ts';
import { raisePlatform } from './errors.ts';

const uuidFormat = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const maxInteger = 2 ** 31 - 1;

/** Each in the form in which the product writes it, and no other. */
const isPart = {
  /** PostgreSQL stores every text but one with a NUL. */
  text: (part: string) => !part.includes('\0'),
  /** As `Date` prints it. PostgreSQL knows neither the year 0 nor every offset of a time zone. */
  moment: (part: string) => parseDateTime(part)?.toISOString() === part,
  uuid: (part: string) => uuidFormat.test(part),
  /** PostgreSQL's `integer`, from 0. */
  integer: (part: string) => isCount(part, maxInteger),
  /** A place in a file. */
  offset: (part: string) => isCount(part, Number.MAX_SAFE_INTEGER),
} as const;

export type KeyPart = keyof typeof isPart;

export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** The key, with as many parts as `parts`. Throws BAD_USER_INPUT for what is no cursor of such keys. */
export function decodeCursor(cursor: string, parts: readonly KeyPart[]): readonly string[] {
  const key = parseKey(cursor);
  if (!isKeyOf(key, parts)) throw foreignCursor('list');
  return key;
}

/** The refusal of a cursor that was not given out by what it came to. */
export function foreignCursor(of: 'list' | 'stream') {
  return raisePlatform('BAD_USER_INPUT', {
    because: `\`after\` is not a cursor of this ${of}`,
    details: { field: 'after' },
  });
}

function isKeyOf(key: unknown, parts: readonly KeyPart[]): key is readonly string[] {
  return (
    Array.isArray(key) &&
    key.length === parts.length &&
    parts.every((kind, index) => typeof key[index] === 'string' && isPart[kind](key[index]))
  );
}

function isCount(part: string, largest: number): boolean {
  return /^(0|[1-9]\d{0,15})$/.test(part) && Number(part) <= largest;
}

function parseKey(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
