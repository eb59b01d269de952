/** The table of public keys of tokens that gateways issue. */
import type { Database } from '@fathom/platform/database/database';
import type { JWK } from 'jose';

export interface OAuthKeyStore {
  publish(kid: string, publicJwk: JWK, expiresAt: Date): Promise<void>;
  /** Those by which a token may still be signed. */
  list(): Promise<readonly JWK[]>;
}

export function createOAuthKeyStore(database: Database): OAuthKeyStore {
  return {
    async publish(kid, publicJwk, expiresAt) {
      await database.query('delete from oauth_keys where expires_at < now()');
      await database.query(
        'insert into oauth_keys (kid, public_jwk, expires_at) values ($1, $2::jsonb, $3)',
        [kid, JSON.stringify(publicJwk), expiresAt],
      );
    },
    async list() {
      const rows = await database.query<{ readonly publicJwk: JWK }>(
        'select public_jwk as "publicJwk" from oauth_keys where expires_at > now()',
      );
      return rows.map(({ publicJwk }) => publicJwk);
    },
  };
}
