/**
 * Tokens of the local issuer, as the authenticator sees them. A token stands for its key: it shares the key's limits and
 * budget, and is refused within a second of the key's revocation.
 */
import { jwtVerify } from 'jose';
import type { ApiKeyDirectory } from '../auth/api-key-directory.ts';
import { explainJwtError, issuerOf, type JwtVerifier, ofSigned, principalOfClaims } from '../auth/jwt.ts';
import { raise } from '../errors.ts';
import { type TokenKeys, tokenAlgorithm } from './token-keys.ts';

export interface LocalTokensOptions {
  readonly keys: TokenKeys;
  readonly apiKeys: ApiKeyDirectory;
  readonly issuer: () => string;
  readonly audience: string;
}

const claimNames = { tenantClaim: 'tenant', rolesClaim: 'roles' };

/** Leaves to `others` what another issuer has signed. */
export function withLocalTokens(options: LocalTokensOptions, others: JwtVerifier | undefined): JwtVerifier {
  const { keys, apiKeys, issuer, audience } = options;
  return {
    async authenticate(token) {
      if (issuerOf(token) !== issuer()) {
        if (!others) throw raise('UNAUTHENTICATED', { because: 'the token is of another issuer' });
        return others.authenticate(token);
      }
      const { payload } = await jwtVerify(token, keys.verificationKey, {
        algorithms: [tokenAlgorithm],
        issuer: issuer(),
        audience,
        requiredClaims: ['exp', 'client_id'],
        clockTolerance: 5,
      }).catch((cause: unknown) => {
        throw ofSigned(explainJwtError(cause), claimNames);
      });
      const { operationsPerWindow } = await apiKeys.holder(String(payload['client_id']));
      return {
        ...principalOfClaims(payload, claimNames),
        credential: `key:${payload['client_id']}`,
        operationsPerWindow,
      };
    },
  };
}
