/** One key for all processes of a benchmark: what is signed in one is trusted in another. */
import { randomBytes } from 'node:crypto';
import type { PublicJwks } from '@fathom/platform/env';
import { identityHeader } from '@fathom/platform/identity';
import { graphqlPlace, webSocketPlace } from '@fathom/platform/identity-proof';
import {
  createIdentitySigner,
  generateIdentityKey,
  type IdentitySigner,
} from '@fathom/platform/identity-token';
import type { TestIdentity } from '@fathom/platform/testing/identity';

export interface BenchKey {
  readonly privateJwk: Parameters<typeof createIdentitySigner>[0]['privateJwk'];
  readonly jwks: PublicJwks;
}

const caller = { subject: 'bench', tenant: 'bench', roles: ['admin'], scopes: ['admin'] } as const;

export async function generateBenchKey(): Promise<BenchKey> {
  const { privateJwk, publicJwk } = await generateIdentityKey('bench');
  return { privateJwk, jwks: { keys: [publicJwk] } };
}

/** As this gateway signs: each request has its proof. */
export function signerOf({ privateJwk }: BenchKey): IdentitySigner {
  return createIdentitySigner({ privateJwk, issuer: 'bench', proofKeys: [randomBytes(32)] });
}

/** As a peer can: one token for all requests to a service, signed anew only when it gets old. */
export function peerSignerOf({ privateJwk }: BenchKey): IdentitySigner {
  return createIdentitySigner({ privateJwk, issuer: 'bench', proofKeys: undefined });
}

export async function tokenOf(peerSigner: IdentitySigner, service: string): Promise<string> {
  return peerSigner.sign(caller, { audience: service, place: graphqlPlace });
}

/** Subgraphs that ask for no proofs, since the peers have none to show. */
export function identityOf(key: BenchKey): TestIdentity {
  const signer = peerSignerOf(key);
  return {
    jwks: key.jwks,
    privateJwk: key.privateJwk,
    proofKeys: undefined,
    env: {
      IDENTITY_JWKS: JSON.stringify(key.jwks),
      IDENTITY_PRIVATE_JWK: JSON.stringify(key.privateJwk),
      IDENTITY_PROOF_KEY: 'off',
    },
    signer,
    connection: async (audience, identity = {}) =>
      signer.sign({ ...caller, ...identity }, { audience, place: webSocketPlace }),
    headers: async (request, identity = {}) => ({
      [identityHeader]: await signer.sign({ ...caller, ...identity }, { place: graphqlPlace, ...request }),
    }),
  };
}
