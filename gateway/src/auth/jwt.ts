/**
 * Tokens of an OpenID Connect issuer, or of anyone whose JWKS is configured.
 *
 *   sub                      -> subject      (required)
 *   tenant       (or JWT_TENANT_CLAIM)       -> tenant (required)
 *   roles        (or JWT_ROLES_CLAIM)        -> roles, which bring their scopes; a path such as `realm_access.roles` works
 *   scope (text) and scp (list)              -> scopes
 *
 * Only asymmetric algorithms: a public key can then never be mistaken for a shared secret.
 */

import { AppError } from '@fathom/platform/errors';
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { raise } from '../errors.ts';
import { createIssuerKeys, type IssuerKeysOptions } from './issuer-keys.ts';
import type { Principal } from './principal.ts';
import { ofHolder } from './refused-credential.ts';
import { scopesOf } from './roles.ts';

export const acceptedAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];

export interface JwtOptions {
  readonly issuerUrl: string | undefined;
  readonly jwksUrl: string | undefined;
  /** What `iss` must be; not checked without it. */
  readonly issuer: string | undefined;
  readonly audience: string;
  readonly tenantClaim: string;
  readonly rolesClaim: string;
  /** How often its keys may be fetched; a second apart without it. */
  readonly fetching?: Omit<IssuerKeysOptions, 'url'>;
}

export interface JwtVerifier {
  /** Throws UNAUTHENTICATED, TOKEN_EXPIRED or DEPENDENCY_UNAVAILABLE. */
  authenticate(token: string): Promise<Principal>;
}

/** The same verifier, with the keys that it has fetched, for as long as the options are the same. */
export function createJwtVerifiers(): (options: JwtOptions | undefined) => JwtVerifier | undefined {
  let made: { readonly by: string; readonly verifier: JwtVerifier } | undefined;
  return (options) => {
    if (!options) return undefined;
    const by = JSON.stringify(options);
    if (made?.by !== by) made = { by, verifier: createJwtVerifier(options) };
    return made.verifier;
  };
}

export function createJwtVerifier(options: JwtOptions): JwtVerifier {
  const { issuer, audience, tenantClaim, rolesClaim } = options;
  let keys: Promise<JWTVerifyGetKey> | undefined;

  async function signingKeys(): Promise<JWTVerifyGetKey> {
    keys ??= locateJwks(options).then((url) => createIssuerKeys({ ...options.fetching, url }));
    try {
      return await keys;
    } catch (cause) {
      keys = undefined;
      throw raise('DEPENDENCY_UNAVAILABLE', { because: 'the issuer of tokens', cause });
    }
  }

  return {
    async authenticate(token) {
      const key = await signingKeys();
      try {
        const claims = await verify(token, key, { issuer, audience });
        return principalOfClaims(claims, { tenantClaim, rolesClaim });
      } catch (error) {
        throw ofSigned(error, { tenantClaim, rolesClaim });
      }
    },
  };
}

/** A token that its issuer did sign, and that is over or meant for another audience, still says whose it is. */
export function ofSigned(
  error: unknown,
  claimNames: Pick<JwtOptions, 'tenantClaim' | 'rolesClaim'>,
): unknown {
  if (!(error instanceof AppError)) return error;
  const { cause } = error;
  const isOver = cause instanceof errors.JWTExpired;
  const isForOthers = cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud';
  if (!isOver && !isForOthers) return error;
  try {
    return ofHolder(error, principalOfClaims(cause.payload, claimNames));
  } catch {
    return error; // Its claims name nobody.
  }
}

/** Throws UNAUTHENTICATED where the claims name nobody. */
export function principalOfClaims(
  claims: JWTPayload,
  { tenantClaim, rolesClaim }: Pick<JwtOptions, 'tenantClaim' | 'rolesClaim'>,
): Principal {
  const tenant = claimAt(claims, tenantClaim);
  if (typeof claims.sub !== 'string' || typeof tenant !== 'string' || tenant === '')
    throw raise('UNAUTHENTICATED', { because: `the token has no \`sub\` or no \`${tenantClaim}\`` });
  const roles = textsOf(claimAt(claims, rolesClaim));
  return {
    identity: {
      subject: claims.sub,
      tenant,
      roles,
      scopes: scopesOf(roles, [...textsOf(claims['scope']), ...textsOf(claims['scp'])]),
    },
    credential: `jwt:${claims.iss ?? ''}:${claims.sub}`,
    expiresAt: claims.exp === undefined ? undefined : new Date(claims.exp * 1000),
    operationsPerWindow: undefined,
  };
}

/** Whom the token says it is from; nothing of it is verified yet. */
export function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function verify(
  token: string,
  key: JWTVerifyGetKey,
  expected: { readonly issuer: string | undefined; readonly audience: string },
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: acceptedAlgorithms,
      audience: expected.audience,
      requiredClaims: ['exp'],
      clockTolerance: 5,
      ...(expected.issuer === undefined ? {} : { issuer: expected.issuer }),
    });
    return payload;
  } catch (cause) {
    throw explainJwtError(cause);
  }
}

/** What the client is told of it: TOKEN_EXPIRED, UNAUTHENTICATED or DEPENDENCY_UNAVAILABLE. */
export function explainJwtError(cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  if (cause instanceof errors.JWTExpired) return raise('TOKEN_EXPIRED', { cause });
  // A JWKS that cannot be fetched is no fault of the token.
  if (
    cause instanceof errors.JWKSTimeout ||
    !(cause instanceof errors.JOSEError) ||
    cause.code === 'ERR_JOSE_GENERIC'
  )
    return raise('DEPENDENCY_UNAVAILABLE', { because: 'the issuer of tokens', cause });
  return raise('UNAUTHENTICATED', { because: cause.message, cause });
}

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url() });

async function locateJwks({ issuerUrl, jwksUrl }: JwtOptions): Promise<URL> {
  if (jwksUrl !== undefined) return new URL(jwksUrl);
  const discovery = await fetch(`${issuerUrl?.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5_000),
  });
  if (!discovery.ok) throw new Error(`the issuer's discovery document answered ${discovery.status}`);
  const { jwks_uri } = discoverySchema.parse(await discovery.json());
  return new URL(jwks_uri);
}

function claimAt(claims: JWTPayload, path: string): unknown {
  if (path in claims) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined,
      claims,
    );
}

/** `"a b"` and `["a", "b"]` alike. */
function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
