/** The local issuer as a whole: who is given tokens, over HTTP, and how they are verified. */
import type { Cache } from '@fathom/platform/cache/cache';
import type { Logger } from '@fathom/platform/logging';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { Refusals } from '../audit/refusals.ts';
import type { ApiKeyDirectory } from '../auth/api-key-directory.ts';
import type { JwtVerifier } from '../auth/jwt.ts';
import type { RequestLog } from '../observability/request-log.ts';
import type { GatewaySettings } from '../settings.ts';
import type { OAuthKeyStore } from '../stores/oauth-key-store.ts';
import { createTokenIssuer } from './issue-token.ts';
import { withLocalTokens } from './local-tokens.ts';
import { createOAuthEndpoint, type OAuthEndpoint } from './oauth-endpoint.ts';
import { createTokenKeys } from './token-keys.ts';

export interface LocalIssuerParts {
  readonly settings: Pick<GatewaySettings, 'oauth' | 'bodyTimeoutMs'>;
  readonly oauthKeys?: OAuthKeyStore;
  readonly apiKeys: ApiKeyDirectory;
  /** Of tokens that others have issued. */
  readonly jwt: JwtVerifier | undefined;
  readonly cache: Pick<Cache, 'increment'>;
  readonly ownUrl: () => string;
  readonly refusals: Refusals;
  readonly requestLog: RequestLog;
  readonly trail: Pick<AuditTrail, 'record'>;
  readonly logger: Logger;
}

export interface LocalIssuer {
  readonly endpoint: OAuthEndpoint;
  readonly verifier: JwtVerifier;
}

/** `undefined` where no tokens are issued here. */
export function createLocalIssuer(parts: LocalIssuerParts): LocalIssuer | undefined {
  const { settings, oauthKeys, apiKeys, cache, ownUrl } = parts;
  if (!settings.oauth || !oauthKeys) return undefined;
  const { audience, tokenLifetimeMs, keyLifetimeMs, issuer: configured } = settings.oauth;
  const issuer = () => configured ?? ownUrl();
  const keys = createTokenKeys({ store: oauthKeys, tokenLifetimeMs, signsForMs: keyLifetimeMs });
  return {
    endpoint: createOAuthEndpoint({
      ...parts,
      keys,
      issueToken: createTokenIssuer({ keys, apiKeys, cache, issuer, audience, tokenLifetimeMs }),
      issuer,
      bodyTimeoutMs: settings.bodyTimeoutMs,
    }),
    verifier: withLocalTokens({ keys, apiKeys, issuer, audience }, parts.jwt),
  };
}
