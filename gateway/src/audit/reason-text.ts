/**
 * Why something was refused, in words that may be kept for a year: the gateway's own, without what the client typed. Keys
 * and tokens that it put where none belongs, texts of documents and values of variables never come into the trail.
 */
import type { AppError } from '@fathom/platform/errors';
import { type GatewayErrorCode, gatewayErrors } from '../errors.ts';

const maxCharacters = 300;
/** These repeat what they read. */
const quoting: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'NOT_FOUND',
  'UNKNOWN_MODEL',
]);
/** What these have in quotes are the schema's scopes and the names of claims. */
const quotingOurselves: ReadonlySet<string> = new Set(['FORBIDDEN', 'UNAUTHENTICATED']);
const credentials = /fth_\w+|[\w-]{6,}\.[\w-]{6,}\.[\w-]{6,}|\b(?:Bearer|Basic)\s+\S+/gi;

/** `null` for a code of a service, whose words may hold anything. */
export function reasonText({ code, message }: Pick<AppError, 'code' | 'message'>): string | null {
  if (!Object.hasOwn(gatewayErrors, code)) return null;
  const told = quoting.has(code) ? gatewayErrors[code as GatewayErrorCode].message : message;
  const text = quotingOurselves.has(code) ? told : told.replace(/"[^"]*"/g, '"…"');
  return storable(text.replace(credentials, '…')).slice(0, maxCharacters);
}

/** Without control characters and halves of characters: PostgreSQL takes neither, and one such text would hold up all others. */
export function storable(text: string): string {
  return text.replace(/\p{Cc}|\p{Surrogate}/gu, '�');
}
