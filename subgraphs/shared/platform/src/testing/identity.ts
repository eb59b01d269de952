/** A local stand-in for the gateway's identity: real keys, real tokens. */
import type { PublicJwks } from '../env.ts';
import { type Identity, identityHeader } from '../identity.ts';
import { createIdentitySigner, generateIdentityKey } from '../identity-token.ts';

export interface TestIdentity {
  /** What a service's IDENTITY_JWKS holds. */
  readonly jwks: PublicJwks;
  token(identity?: Partial<Identity>): Promise<string>;
  headers(identity?: Partial<Identity>): Promise<Record<string, string>>;
}

/** Tokens of an admin of tenant `test`, unless told otherwise. */
export async function testIdentity(): Promise<TestIdentity> {
  const { privateJwk, publicJwk } = await generateIdentityKey('test');
  const signer = createIdentitySigner({ privateJwk, issuer: 'test' });
  const token = (identity: Partial<Identity> = {}) =>
    signer.sign({ subject: 'tester', tenant: 'test', roles: [], scopes: ['admin'], ...identity });
  return {
    jwks: { keys: [publicJwk] },
    token,
    headers: async (identity) => ({ [identityHeader]: await token(identity) }),
  };
}
