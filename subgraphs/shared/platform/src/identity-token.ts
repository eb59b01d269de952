/**
 * The signed identity that travels from the gateway to subgraphs (and from one service to another): a JWT of Ed25519
 * for one service, valid for 60 s, and the proof that ties it to one request (`identity-proof.ts`). Its claims: `sub`,
 * `tenant`, `roles`, `scopes`, `iss`, `aud`, `jti`.
 */
import { randomUUID } from 'node:crypto';
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { type BodySeal, createBodySeal, createUnseal } from './body-seal.ts';
import type { Cache } from './cache/cache.ts';
import { type PrivateJwk, type PublicJwks, privateJwkSchema } from './env.ts';
import { raisePlatform } from './errors.ts';
import { createHmacSha256 } from './hmac.ts';
import type { Identity } from './identity.ts';
import {
  createProofSigner,
  createProofVerifier,
  type ProofKeys,
  type ProofPlace,
  type RequestToProve,
  type VerifiedProof,
} from './identity-proof.ts';

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
  /** What vouches for one request, and for no second one: a retry signs anew. A promise only where a token must be made. */
  sign(identity: Identity, request: RequestToProve): string | Promise<string>;
  /** For the body of the request that this was signed for, where it is sent as it comes. */
  sealFor(signed: string): BodySeal;
}

export interface VerifiedIdentity extends VerifiedProof {
  readonly identity: Identity;
}

export interface IdentityVerifier {
  /** Throws AppError UNAUTHENTICATED, saying why, unless it is genuine, in its lifetime, and meant for this request. */
  verify(credential: string, place: ProofPlace): Promise<VerifiedIdentity>;
}

export interface IdentitySignerOptions {
  readonly privateJwk: PrivateJwk;
  /** Who vouches: the service's name. */
  readonly issuer: string;
  /** Absent where proofs are off. */
  readonly proofKeys: ProofKeys | undefined;
  readonly now?: () => number;
}

/**
 * Signing costs 30 µs or more, and a busy client asks many times a second: one token serves half its life, and each
 * request gets a proof of its own.
 */
export function createIdentitySigner({
  privateJwk,
  issuer,
  proofKeys,
  now = Date.now,
}: IdentitySignerOptions): IdentitySigner {
  const proofs = proofKeys && createProofSigner(proofKeys, now);
  const key = importJWK({ ...privateJwk, alg: 'EdDSA' });
  const cache = createBoundedMap<{ readonly token: string; readonly renewAt: number }>();

  /** By the identity's object first, since who asks often asks with the same one; then by what it says. */
  const keysOf = new WeakMap<Identity, Map<string, string>>();

  function cacheKeyOf(identity: Identity, audience: string): string {
    const ofIdentity = keysOf.get(identity) ?? new Map<string, string>();
    const known = ofIdentity.get(audience);
    if (known !== undefined) return known;
    const { subject, tenant, roles, scopes } = identity;
    const cacheKey = JSON.stringify([audience, subject, tenant, roles, scopes]);
    keysOf.set(identity, ofIdentity.set(audience, cacheKey));
    return cacheKey;
  }

  async function signToken(identity: Identity, audience: string): Promise<string> {
    const { subject, tenant, roles, scopes } = identity;
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
    cache.set(cacheKeyOf(identity, audience), { token, renewAt: (issuedAt + lifetimeSeconds / 2) * 1000 });
    return token;
  }

  const prove = (token: string, request: RequestToProve): string =>
    proofs ? `${token}~${proofs.sign(token, request)}` : token;

  return {
    sign(identity, request) {
      const held = cache.get(cacheKeyOf(identity, request.audience));
      if (held !== undefined && now() < held.renewAt) return prove(held.token, request);
      return signToken(identity, request.audience).then((token) => prove(token, request));
    },
    sealFor: (signed) => (proofs ? proofs.sealFor(signed) : createBodySeal(unprovedSeal)),
  };
}

export interface IdentityVerifierOptions {
  readonly jwks: PublicJwks;
  /** The name of the service that verifies. */
  readonly audience: string;
  /** Absent where proofs are off: then an identity may be replayed until it ends. */
  readonly proofKeys: ProofKeys | undefined;
  /** What replicas share, if they do. */
  readonly shared?: Pick<Cache, 'increment'> | undefined;
  readonly onUnshared?: (error: unknown) => void;
  readonly now?: () => number;
}

export function createIdentityVerifier(options: IdentityVerifierOptions): IdentityVerifier {
  const { jwks, audience, proofKeys, now = Date.now } = options;
  const keys = createLocalJWKSet({ keys: jwks.keys });
  const proofs = proofKeys && createProofVerifier({ ...options, keys: proofKeys });
  const cache = createBoundedMap<{ readonly identity: Identity; readonly expiresAt: number }>();
  return {
    async verify(credential, place) {
      const end = credential.indexOf('~');
      const token = end < 0 ? credential : credential.slice(0, end);
      // Before the token, whose first check costs fifty times as much: a stranger gets no further.
      const proof = proofs ? proofs.verify(token, end < 0 ? '' : credential.slice(end + 1), place) : unproved;
      return { identity: await identityOf(token), ...proof };
    },
  };

  async function identityOf(token: string): Promise<Identity> {
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
  }

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

/** Where proofs are off, a seal finds what was damaged, and nobody who wanted to alter it. */
const unprovedSeal = { hmac: createHmacSha256(new Uint8Array(32)), requestMac: '' };
const unproved: VerifiedProof = { confirm: async () => undefined, unseal: createUnseal(unprovedSeal) };

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
