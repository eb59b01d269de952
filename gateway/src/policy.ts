/**
 * Whatever settings decide that can change while the gateway runs: who is admitted, to what, how much, and from which
 * pages. One value that never changes; a reload puts another in its place. What was admitted under one stays admitted.
 */
import type { Authenticator } from './auth/authenticator.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import type { JwtVerifier } from './auth/jwt.ts';
import type { CorsPolicy } from './http/security-headers.ts';
import { createRateLimiter, type RateLimitOptions } from './limits/rate-limit.ts';
import { createLocalIssuer, type LocalIssuer, type LocalIssuerParts } from './oauth/local-issuer.ts';
import { type Admission, type AdmissionOptions, createAdmission } from './operations/admission.ts';
import { createOperationPreparer, type OperationPreparer } from './operations/prepare.ts';
import type { GatewaySettings } from './settings.ts';

export interface GatewayPolicy {
  readonly authenticator: Authenticator;
  readonly admission: Admission;
  readonly cors: CorsPolicy;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  readonly maxBatchOperations: number;
  readonly publicIntrospection: boolean;
  /** Absent where no tokens are issued here. */
  readonly issuer: LocalIssuer | undefined;
  readonly preparer: OperationPreparer;
  readonly decidedBy: PolicySettings;
}

/** What a policy is made of: settings, and who verifies tokens of others. */
export interface PolicySettings {
  readonly settings: GatewaySettings;
  readonly jwt: JwtVerifier | undefined;
}

export interface PolicyParts
  extends Pick<AdmissionOptions, 'concurrency' | 'persisted' | 'budgets'>,
    Pick<RateLimitOptions, 'cache' | 'onUncounted'>,
    Omit<LocalIssuerParts, 'settings' | 'jwt'> {}

/** What the policy before had and still holds is taken over: keys that sign tokens, documents that were validated. */
export function createPolicy(
  parts: PolicyParts,
  { settings, jwt }: PolicySettings,
  before?: GatewayPolicy,
): GatewayPolicy {
  const { cors, maxBodyBytes, bodyTimeoutMs, maxBatchOperations, introspection, limits, oauth } = settings;
  const was = before?.decidedBy;
  const isSame = (of: (settings: GatewaySettings) => unknown): boolean =>
    was !== undefined && JSON.stringify(of(was.settings)) === JSON.stringify(of(settings));

  const keepsIssuer = was?.jwt === jwt && isSame((all) => [all.oauth, all.bodyTimeoutMs]);
  const issuer = keepsIssuer
    ? before?.issuer
    : createLocalIssuer({ ...parts, settings: { oauth, bodyTimeoutMs }, jwt });
  const keepsDocuments = before && isSame((all) => [all.limits, all.introspection]);
  const preparer = keepsDocuments
    ? before.preparer
    : createOperationPreparer(limits, introspection !== 'off');
  const publicIntrospection = introspection === 'public';
  const authenticator = createAuthenticator({
    apiKeys: parts.apiKeys,
    jwt: issuer?.verifier ?? jwt,
    certificates: settings.certificates,
  });
  return {
    authenticator,
    admission: createAdmission({
      authenticator,
      preparer,
      rateLimiter: createRateLimiter({
        cache: parts.cache,
        onUncounted: parts.onUncounted,
        ...settings.rateLimit,
      }),
      concurrency: parts.concurrency,
      persisted: parts.persisted,
      safelist: settings.safelist,
      budgets: parts.budgets,
      publicIntrospection,
    }),
    cors,
    maxBodyBytes,
    bodyTimeoutMs,
    maxBatchOperations,
    publicIntrospection,
    issuer,
    preparer,
    decidedBy: { settings, jwt },
  };
}
