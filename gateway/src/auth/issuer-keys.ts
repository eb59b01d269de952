/**
 * The keys of an issuer, as its JWKS has them, fetched when they are first needed and every ten minutes.
 *
 * Invariants: a token that is signed by a key that is not known yet waits for the keys to be fetched again, and is judged by
 * what comes, so a new key is accepted from its first token on; and however many tokens name keys that nobody has, the issuer is
 * asked at most once in `minIntervalMs`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

export interface IssuerKeysOptions {
  readonly url: URL;
  readonly minIntervalMs?: number;
  readonly now?: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
}

export function createIssuerKeys(options: IssuerKeysOptions): JWTVerifyGetKey {
  const { url, minIntervalMs = 1_000, now = () => performance.now(), pause = sleep } = options;
  // Its own way is to refuse what it does not know for 30 s behind a fetch; here that is decided below.
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: 5_000,
    cooldownDuration: Number.POSITIVE_INFINITY,
  });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  /** A fetch that has not begun: whoever waits for it sees what is published by then. */
  let due: Promise<void> | undefined;

  async function fetchWhenDue(): Promise<void> {
    await pause(Math.max(0, fetchedAt + minIntervalMs - now()));
    fetchedAt = now();
    due = undefined;
    await keys.reload();
  }

  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      due ??= fetchWhenDue();
      await due;
      return keys(header, token);
    }
  };
}
