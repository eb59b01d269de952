/** A local stand-in for the gateway's identity: real keys, real tokens, real proofs. */
import { randomBytes } from 'node:crypto';
import type { PrivateJwk, PublicJwks } from '../env.ts';
import { type Identity, identityHeader } from '../identity.ts';
import { graphqlPlace, type ProofKeys, type RequestToProve, webSocketPlace } from '../identity-proof.ts';
import { createIdentitySigner, generateIdentityKey, type IdentitySigner } from '../identity-token.ts';

export interface TestIdentity {
  /** What a service's IDENTITY_JWKS holds. */
  readonly jwks: PublicJwks;
  readonly privateJwk: PrivateJwk;
  readonly proofKeys: ProofKeys | undefined;
  /** What a service's environment holds of this. */
  readonly env: Readonly<Record<'IDENTITY_JWKS' | 'IDENTITY_PRIVATE_JWK' | 'IDENTITY_PROOF_KEY', string>>;
  readonly signer: IdentitySigner;
  /** For one connection to this service, as `connectionParams.identity`. */
  connection(service: string, identity?: Partial<Identity>): Promise<string>;
  /** For one request, by default a GraphQL one. */
  headers(request: HeadersFor, identity?: Partial<Identity>): Promise<Record<string, string>>;
}

export type HeadersFor = Omit<RequestToProve, 'place'> & Partial<Pick<RequestToProve, 'place'>>;

/** An admin of tenant `test`, unless told otherwise. */
export async function testIdentity(): Promise<TestIdentity> {
  const { privateJwk, publicJwk } = await generateIdentityKey('test');
  const proofKey = randomBytes(32);
  const proofKeys: ProofKeys = [proofKey];
  const jwks = { keys: [publicJwk] };
  const signer = createIdentitySigner({ privateJwk, issuer: 'test', proofKeys });
  const sign = (request: RequestToProve, identity: Partial<Identity> = {}) =>
    signer.sign({ subject: 'tester', tenant: 'test', roles: [], scopes: ['admin'], ...identity }, request);
  return {
    jwks,
    proofKeys,
    privateJwk,
    env: {
      IDENTITY_JWKS: JSON.stringify(jwks),
      IDENTITY_PRIVATE_JWK: JSON.stringify(privateJwk),
      IDENTITY_PROOF_KEY: proofKey.toString('base64url'),
    },
    signer,
    connection: async (audience, identity) => sign({ audience, place: webSocketPlace }, identity),
    headers: async (request, identity) => ({
      [identityHeader]: await sign({ place: graphqlPlace, ...request }, identity),
    }),
  };
}
