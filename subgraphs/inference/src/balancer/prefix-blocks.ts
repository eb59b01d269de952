/**
 * Names of a prompt's beginnings, as a balancer compares them: one for each whole block, of all that is up to its end.
 *
 *   key of an owner = HMAC-SHA-256(salt, owner)
 *   name of block k = SHA-256( key of the owner | name of block k-1 | tokens of block k )
 *
 * Every input has one length, so the key in front of it is as good as an HMAC, at half of its time: 40 ns a token, as long as
 * an unkeyed hash written in JavaScript takes.
 *
 * Invariant: without the salt nobody can tell the name of a text, or find another text of that name; so no tenant can have its
 * prompts sent where those of another are, and tell by their time to the first token what these were. Names decide where a
 * request is computed, never what is computed.
 */
import { hash } from 'node:crypto';
import { createHmacSha256 } from '@fathom/platform/hmac';

export const prefixBlockTokens = 16;

/** `owner` keeps apart what is not shared: tenant, model, adapter. */
export type PrefixNames = (owner: string, tokens: readonly number[]) => readonly string[];

/** SHA-256 in base64url. */
const nameBytes = 43;
const tokensAt = 2 * nameBytes;

export function createPrefixNames(salt: Uint8Array): PrefixNames {
  const keyOf = createHmacSha256(salt);
  const input = Buffer.alloc(tokensAt + prefixBlockTokens * 4);
  return (owner, tokens) => {
    input.write(keyOf(owner), 0, 'latin1');
    input.fill(0, nameBytes, tokensAt);
    const names: string[] = [];
    for (let end = prefixBlockTokens; end <= tokens.length; end += prefixBlockTokens) {
      writeTokens(input, tokens, end - prefixBlockTokens);
      const name = hash('sha256', input, 'base64url');
      input.write(name, nameBytes, 'latin1');
      names.push(name);
    }
    return names;
  };
}

function writeTokens(input: Buffer, tokens: readonly number[], from: number): void {
  // `>>>` because a peer's numbers may be larger than any token's.
  for (let at = 0; at < prefixBlockTokens; at++)
    input.writeUInt32LE((tokens[from + at] ?? 0) >>> 0, tokensAt + at * 4);
}
