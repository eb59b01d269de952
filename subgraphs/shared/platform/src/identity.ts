/**
 * Who is asking. The gateway authenticates once and signs this for its subgraphs; a subgraph accepts nothing else.
 * Wire: header `x-fathom-identity`, a JWT (EdDSA, for one service, at most 60 s old) and the proof that ties it to its
 * request; for WebSockets the same in `connectionParams.identity`.
 */
export interface Identity {
  /** The API key's or the token's subject. */
  readonly subject: string;
  /** Decides rate limits, cache partitions and row visibility. Never taken from operation input. */
  readonly tenant: string;
  readonly roles: readonly string[];
  /** For instance `inference:ask`, `training:write`, `admin`. */
  readonly scopes: readonly string[];
}

export const identityHeader = 'x-fathom-identity';

/** `admin` has every scope; `training:*` has every scope of training. */
export function hasScope(identity: Identity, scope: string): boolean {
  const [area] = scope.split(':');
  return identity.scopes.some((held) => held === 'admin' || held === scope || held === `${area}:*`);
}
