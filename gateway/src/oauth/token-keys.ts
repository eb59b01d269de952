/**
 * The keys of the tokens that this installation issues. Each gateway signs by a key of its own, which it makes, exchanges
 * and never writes down; only the public halves are shared, so that each gateway and everybody else can verify.
 *
 *   made -> signs, for `signsForMs` -> verifies, until its last token is over -> forgotten
 */
import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, type JWTVerifyGetKey } from 'jose';
import { raise } from '../errors.ts';
import type { OAuthKeyStore } from '../stores/oauth-key-store.ts';

export const tokenAlgorithm = 'ES256';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
}

export interface TokenKeys {
  /** Published before it signs anything. */
  signingKey(): Promise<SigningKey>;
  /** As a JWKS endpoint answers it. */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>;
  /** Of a token of ours, whichever gateway signed it. */
  readonly verificationKey: JWTVerifyGetKey;
}

export interface TokenKeysOptions {
  readonly store: OAuthKeyStore;
  readonly tokenLifetimeMs: number;
  readonly signsForMs: number;
  readonly now?: () => number;
}

/** A gateway's first token comes within this of its key; until then a key that is not known is looked up at most so often. */
const listAgeMs = 1_000;
const clockSkewMs = 60_000;

export function createTokenKeys(options: TokenKeysOptions): TokenKeys {
  const { store, tokenLifetimeMs, signsForMs, now = Date.now } = options;
  let current: { readonly key: Promise<SigningKey>; readonly until: number } | undefined;
  let listed: { readonly keys: Promise<readonly JWK[]>; readonly at: number } | undefined;
  const imported = new Map<string, ReturnType<typeof importJWK>>();

  async function make(until: number): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair(tokenAlgorithm);
    const kid = randomUUID();
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: tokenAlgorithm, use: 'sig' };
    await store.publish(kid, publicJwk, new Date(until + tokenLifetimeMs + clockSkewMs));
    return { kid, privateKey };
  }

  function list(maxAgeMs: number): Promise<readonly JWK[]> {
    if (!listed || now() - listed.at >= maxAgeMs) {
      const keys = store.list();
      listed = { keys, at: now() };
      keys.catch(() => {
        listed = undefined;
      });
    }
    return listed.keys;
  }

  async function find(kid: string | undefined): Promise<JWK | undefined> {
    try {
      const known = (await list(signsForMs)).find((key) => key.kid === kid);
      return known ?? (await list(listAgeMs)).find((key) => key.kid === kid);
    } catch (cause) {
      throw raise('DEPENDENCY_UNAVAILABLE', { because: 'the database of keys', cause });
    }
  }

  return {
    signingKey() {
      if (!current || now() >= current.until) {
        const until = now() + signsForMs;
        const key = make(until);
        current = { key, until };
        key.catch(() => {
          current = undefined;
        });
      }
      return current.key;
    },
    jwks: async () => ({ keys: await list(listAgeMs) }),
    async verificationKey({ kid }) {
      const jwk = await find(kid);
      if (!jwk || kid === undefined)
        throw raise('UNAUTHENTICATED', { because: 'the token is signed by no key of this issuer' });
      let key = imported.get(kid);
      if (!key) {
        // Few at a time; a gateway that runs for a year must not keep them all.
        if (imported.size > 100) imported.clear();
        key = importJWK(jwk, tokenAlgorithm);
        imported.set(kid, key);
      }
      return key;
    },
  };
}
