/** Credentials to a principal, once per request or connection. */
import { raise } from '../errors.ts';
import { parseApiKey } from './api-key.ts';
import type { ApiKeyDirectory } from './api-key-directory.ts';
import { type CertificateRule, principalOfCertificate } from './client-certificate.ts';
import type { Credential } from './credentials.ts';
import type { JwtVerifier } from './jwt.ts';
import { keyIdOf, type Principal } from './principal.ts';

export interface Authenticator {
  /** `undefined` if the client showed nothing; throws if what it showed is not valid, or rejects where it had to ask. */
  authenticate(credential: Credential): Principal | undefined | Promise<Principal | undefined>;
  /** For who was let in before and begins something now: throws, or rejects, where its key is not valid any more. */
  confirm(principal: Principal): Promise<unknown> | undefined;
}

export interface AuthenticatorOptions {
  readonly apiKeys: ApiKeyDirectory;
  /** Absent where no issuer is configured. */
  readonly jwt: JwtVerifier | undefined;
  /** Whom certificates of clients stand for. */
  readonly certificates: readonly CertificateRule[];
}

export function createAuthenticator({ apiKeys, jwt, certificates }: AuthenticatorOptions): Authenticator {
  return {
    confirm({ credential }) {
      const keyId = keyIdOf(credential);
      const holder = keyId === undefined ? undefined : apiKeys.holder(keyId);
      return holder instanceof Promise ? holder : undefined;
    },
    authenticate(credential) {
      switch (credential.kind) {
        case 'none':
          return undefined;
        case 'api-key': {
          const key = parseApiKey(credential.text);
          if (!key) throw raise('UNAUTHENTICATED');
          return apiKeys.authenticate(key);
        }
        case 'jwt':
          if (!jwt) throw raise('UNAUTHENTICATED', { because: 'no issuer of tokens is configured here' });
          return jwt.authenticate(credential.text);
        case 'certificate':
          return principalOfCertificate(credential.certificate, certificates);
        case 'unreadable':
          throw raise('UNAUTHENTICATED');
      }
    },
  };
}
