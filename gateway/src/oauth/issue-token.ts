/**
 * The client credentials grant (RFC 6749, section 4.4). Clients are API keys: `client_id` is a key's id, `client_secret` its
 * secret or the whole key, by HTTP Basic or in the form.
 *
 * Invariants: a token holds no scope that its key does not hold; it ends within minutes, and at once where its key is
 * revoked (`local-tokens.ts` looks the key up). Whoever guesses is slowed down by address, and by client.
 */
import { randomUUID } from 'node:crypto';
import type { Cache } from '@fathom/platform/cache/cache';
import { AppError } from '@fathom/platform/errors';
import { hasScope } from '@fathom/platform/identity';
import { SignJWT } from 'jose';
import { type ApiKey, parseApiKey } from '../auth/api-key.ts';
import type { ApiKeyDirectory } from '../auth/api-key-directory.ts';
import type { Principal } from '../auth/principal.ts';
import { type GatewayErrorCode, raise } from '../errors.ts';
import { type TokenKeys, tokenAlgorithm } from './token-keys.ts';

/** RFC 6749, section 5.2; the last two as section 4.1.2.1 names them. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_scope'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'
  | 'server_error';

export type TokenAnswer =
  | { readonly kind: 'issued'; readonly token: IssuedToken; readonly principal: Principal }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly error: OAuthErrorCode;
      readonly description: string;
      /** In the gateway's own words, for the record. */
      readonly reason: AppError;
      /** Whose credentials were right. */
      readonly principal?: Principal;
    };

export interface IssuedToken {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
}

export interface TokenRequest {
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  /** Of the client's socket. */
  readonly address: string;
}

export interface TokenIssuerOptions {
  readonly keys: TokenKeys;
  readonly apiKeys: ApiKeyDirectory;
  readonly cache: Pick<Cache, 'increment'>;
  readonly issuer: () => string;
  readonly audience: string;
  readonly tokenLifetimeMs: number;
  readonly now?: () => number;
}

const failureWindowMs = 60_000;
/** The second is larger, since many clients may share an address. */
const maxFailures = { ofClient: 10, ofAddress: 100 };

export function createTokenIssuer(options: TokenIssuerOptions) {
  const { keys, apiKeys, cache, issuer, audience, tokenLifetimeMs, now = Date.now } = options;

  /** `by` 0 asks without counting. When the counters cannot be reached, a secret of 190 bits is guard enough. */
  async function failures(address: string, clientId: string, by: 0 | 1): Promise<number | undefined> {
    try {
      const [ofClient, ofAddress] = await Promise.all([
        cache.increment(`gateway:oauth:${address}:${clientId}`, by, failureWindowMs),
        cache.increment(`gateway:oauth:${address}`, by, failureWindowMs),
      ]);
      const tooMany = [
        ...(ofClient.value >= maxFailures.ofClient ? [ofClient] : []),
        ...(ofAddress.value >= maxFailures.ofAddress ? [ofAddress] : []),
      ];
      if (tooMany.length === 0) return undefined;
      return Math.max(1, ...tooMany.map(({ resetsAt }) => resetsAt.getTime() - now()));
    } catch {
      return undefined;
    }
  }

  async function sign(principal: Principal, scopes: readonly string[], isWhole: boolean): Promise<string> {
    const { kid, privateKey } = await keys.signingKey();
    const { subject, tenant, roles } = principal.identity;
    const seconds = Math.floor(now() / 1000);
    return new SignJWT({
      client_id: subject.slice('key:'.length),
      tenant,
      scope: scopes.join(' '),
      // A role would bring all of its scopes again.
      ...(isWhole ? { roles: [...roles] } : {}),
    })
      .setProtectedHeader({ alg: tokenAlgorithm, kid, typ: 'at+jwt' })
      .setSubject(subject)
      .setIssuer(issuer())
      .setAudience(audience)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + Math.floor(tokenLifetimeMs / 1000))
      .setJti(randomUUID())
      .sign(privateKey);
  }

  return async ({ form, authorization, address }: TokenRequest): Promise<TokenAnswer> => {
    const grantType = form.get('grant_type');
    if (!grantType) return invalidRequest('`grant_type` is missing.');
    if (['grant_type', 'scope', 'client_id', 'client_secret'].some((name) => form.getAll(name).length > 1))
      return invalidRequest('A parameter is given twice.');
    if (grantType !== 'client_credentials')
      return refusedToken({
        status: 400,
        error: 'unsupported_grant_type',
        description: 'Only `client_credentials` is granted here.',
        code: 'BAD_REQUEST',
      });
    const client = clientOf(form, authorization);
    if (client.kind === 'ambiguous')
      return invalidRequest('Send the credentials one way: by HTTP Basic, or in the form.');

    const blockedForMs = await failures(address, client.kind === 'shown' ? client.id : '', 0);
    if (blockedForMs !== undefined)
      return refusedToken({
        status: 429,
        error: 'temporarily_unavailable',
        description: tooManyFailures,
        code: 'RATE_LIMITED',
        details: { retryAfterMs: blockedForMs },
      });

    let principal: Principal;
    try {
      if (client.kind !== 'shown' || !client.key) throw unknownClient;
      principal = await apiKeys.authenticate(client.key);
    } catch (error) {
      if (!(error instanceof AppError) && error !== unknownClient) throw error;
      const reason = error instanceof AppError ? error : raise('UNAUTHENTICATED');
      if (reason.status !== 401)
        return {
          kind: 'refused',
          status: 503,
          error: 'temporarily_unavailable',
          description: reason.message,
          reason,
        };
      await failures(address, client.kind === 'shown' ? client.id : '', 1);
      const description = 'No client of this id and secret is admitted.';
      return { kind: 'refused', status: 401, error: 'invalid_client', description, reason };
    }

    const held = principal.identity.scopes;
    const asked = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
    const beyond = asked.find((scope) => !hasScope(principal.identity, scope));
    if (beyond !== undefined)
      return refusedToken({
        status: 400,
        error: 'invalid_scope',
        description: `This client does not hold "${beyond.slice(0, 100)}".`,
        code: 'FORBIDDEN',
        principal,
      });
    const scopes = asked.length > 0 ? [...new Set(asked)] : held;
    return {
      kind: 'issued',
      principal,
      token: {
        access_token: await sign(principal, scopes, asked.length === 0),
        token_type: 'Bearer',
        expires_in: Math.floor(tokenLifetimeMs / 1000),
        scope: scopes.join(' '),
      },
    };
  };
}

const unknownClient = Symbol('unknown client');
const tooManyFailures = 'Too many attempts with wrong credentials. Wait, then try again.';

interface RefusedToken {
  readonly status: number;
  readonly error: OAuthErrorCode;
  readonly description: string;
  readonly code: GatewayErrorCode;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly principal?: Principal;
}

/** The description may repeat what the client sent, so it is not the reason that is kept. */
export function refusedToken({ code, details = {}, ...refused }: RefusedToken): TokenAnswer {
  return { kind: 'refused', ...refused, reason: raise(code, { because: refused.error, details }) };
}

export function invalidRequest(description: string): TokenAnswer {
  return refusedToken({ status: 400, error: 'invalid_request', description, code: 'BAD_REQUEST' });
}

type ShownClient =
  | { readonly kind: 'shown'; readonly id: string; readonly key: ApiKey | undefined }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous' };

function clientOf(form: URLSearchParams, authorization: string | undefined): ShownClient {
  const inForm = form.get('client_secret') !== null;
  if (authorization === undefined) {
    const id = form.get('client_id');
    return id === null ? { kind: 'none' } : shown(id, form.get('client_secret') ?? '');
  }
  if (inForm) return { kind: 'ambiguous' };
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(authorization.trim()) ?? [];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { kind: 'none' };
  const [id, secret] = [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))];
  if (id === undefined || secret === undefined) return { kind: 'none' };
  return (form.get('client_id') ?? id) === id ? shown(id, secret) : { kind: 'ambiguous' };
}

function shown(id: string, secret: string): ShownClient {
  const key = parseApiKey(secret.startsWith('fth_') ? secret : `fth_${id}_${secret}`);
  return { kind: 'shown', id: id.slice(0, 100), key: key?.id === id ? key : undefined };
}

/** Section 2.3.1: both are form-encoded within Basic. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
