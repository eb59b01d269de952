/** What the gateway's own issuer of tokens is set to. */
export interface OAuthSettings {
  /** What clients call this gateway; its own address on this machine without it. */
  readonly issuer: string | undefined;
  readonly audience: string;
  readonly tokenLifetimeMs: number;
  /** How long a key signs before the next one does. */
  readonly keyLifetimeMs: number;
}
