import type { Identity } from '@fathom/platform/identity';

/** Who was authenticated, by what, and for how long. */
export interface Principal {
  readonly identity: Identity;
  /** Names the rate limit's counter, the access log's `user.id` and revocation: `key:<id>`, also of a token that
   * stands for a key, `jwt:<issuer>:<subject>` or `certificate:<tenant>:<name>`. */
  readonly credential: string;
  readonly expiresAt: Date | undefined;
  /** Operations a window; the configured default without it. */
  readonly operationsPerWindow: number | undefined;
  /** Its end is looked up. Whatever else (a token, a certificate) ends by itself at `expiresAt`. */
  readonly isKey?: boolean;
}

/** The id of the key that a credential is, or stands for. */
export function keyIdOf(credential: string): string | undefined {
  return credential.startsWith('key:') ? credential.slice('key:'.length) : undefined;
}
