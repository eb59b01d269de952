/**
 * The signed identity that travels from the gateway to subgraphs (and from inference to deep-learning): a JWT of
 * Ed25519, audience `fathom`, valid for 60 s. Its claims: `sub`, `tenant`, `roles`, `scopes`, `iss`, `jti`.
 */
import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type PrivateJwk, type PublicJwks, privateJwkSchema } from './env.ts';
import { raisePlatform } from './errors.ts';
import type { Identity } from './identity.ts';

const audience = 'fathom';
const lifetimeSeconds = 60;
const clockSkewSeconds = 5;
const maxCached = 10_000;

const claimsSchema = z.object({
  sub: z.string().min(1),
  tenant: z.string().min(1),
  roles: z.array(z.string()),
  scopes: z.array(z.string()),
  exp: z.number(),
});

export interface IdentitySigner {
  /** A token with at least half its life ahead. */
  sign(identity: Identity): Promise<string>;
}

export interface IdentityVerifier {
  /** Throws AppError UNAUTHENTICATED, saying why, unless the token is genuine, meant for us and in its lifetime. */
  verify(token: string): Promise<Identity>;
}

export interface IdentitySignerOptions {
  readonly privateJwk: PrivateJwk;
  /** Who vouches: the service's name. */
  readonly issuer: string;
  readonly now?: () => number;
}

/** Signing costs 30 µs or more, and a busy client asks many times a second: one token serves half its life. */
export function createIdentitySigner({
  privateJwk,
  issuer,
  now = Date.now,
}: IdentitySignerOptions): IdentitySigner {
  const key = importJWK({ ...privateJwk, alg: 'EdDSA' });
  const cache = createBoundedMap<{ readonly token: string; readonly renewAt: number }>();
  return {
    async sign(identity) {
      const { subject, tenant, roles, scopes } = identity;
      const cacheKey = JSON.stringify([subject, tenant, roles, scopes]);
      const held = cache.get(cacheKey);
      if (held && now() < held.renewAt) return held.token;
      const issuedAt = Math.floor(now() / 1000);
      const token = await new SignJWT({ tenant, roles: [...roles], scopes: [...scopes] })
        .setProtectedHeader({ alg: 'EdDSA', kid: privateJwk.kid })
        .setSubject(subject)
        .setAudience(audience)
        .setIssuer(issuer)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .setJti(randomUUID())
        .sign(await key);
      cache.set(cacheKey, { token, renewAt: (issuedAt + lifetimeSeconds / 2) * 1000 });
      return token;
    },
  };
}

export interface IdentityVerifierOptions {
  readonly jwks: PublicJwks;
  readonly now?: () => number;
}

export function createIdentityVerifier({ jwks, now = Date.now }: IdentityVerifierOptions): IdentityVerifier {
  const keys = createLocalJWKSet({ keys: jwks.keys });
  const cache = createBoundedMap<{ readonly identity: Identity; readonly expiresAt: number }>();
  return {
    async verify(token) {
      const held = cache.get(token);
      if (held && now() < held.expiresAt) return held.identity;
      const claims = await readClaims(token);
      const identity: Identity = Object.freeze({
        subject: claims.sub,
        tenant: claims.tenant,
        roles: Object.freeze(claims.roles),
        scopes: Object.freeze(claims.scopes),
      });
      cache.set(token, { identity, expiresAt: claims.exp * 1000 });
      return identity;
    },
  };

  async function readClaims(token: string): Promise<z.infer<typeof claimsSchema>> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        audience,
        algorithms: ['EdDSA'],
        clockTolerance: clockSkewSeconds,
        maxTokenAge: lifetimeSeconds,
        currentDate: new Date(now()),
      });
      return claimsSchema.parse(payload);
    } catch (cause) {
      const because = cause instanceof z.ZodError ? 'the identity lacks claims' : (cause as Error).message;
      throw raisePlatform('UNAUTHENTICATED', { because, cause });
    }
  }
}

/** A fresh signing key and its public half. */
export async function generateIdentityKey(
  keyId: string,
): Promise<{ readonly privateJwk: PrivateJwk; readonly publicJwk: PublicJwks['keys'][number] }> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const privateJwk = privateJwkSchema.parse({
    ...(await exportJWK(privateKey)),
    kid: keyId,
    alg: 'EdDSA',
    use: 'sig',
  });
  const { d: _secret, ...publicJwk } = privateJwk;
  return { privateJwk, publicJwk };
}

/** Forgets its oldest entry beyond {@link maxCached}, so that a flood of identities cannot fill the memory. */
function createBoundedMap<Value>() {
  const entries = new Map<string, Value>();
  return {
    get: (key: string) => entries.get(key),
    set(key: string, value: Value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > maxCached) entries.delete(entries.keys().next().value as string);
    },
  };
}
