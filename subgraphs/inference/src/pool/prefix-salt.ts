/**
 * The secret under which a deployment names the beginnings of prompts.
 *
 * All replicas must have the same, for a process hands on requests with the name of their conversation. They have one key by which
 * they sign, so where none is set it comes from that: nothing more to keep, and a new key costs no more than what is remembered of where prompts went.
 */
import { hkdfSync } from 'node:crypto';
import type { PrivateJwk } from '@fathom/platform/env';

export function prefixSaltOf({ d }: Pick<PrivateJwk, 'd'>): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'fathom inference prefixes', 32));
}
