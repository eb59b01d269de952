/** One key for all processes of a benchmark: what is signed in one is trusted in another. */
import type { PublicJwks } from '@fathom/platform/env';
import { identityHeader } from '@fathom/platform/identity';
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

export function signerOf({ privateJwk }: BenchKey): IdentitySigner {
  return createIdentitySigner({ privateJwk, issuer: 'bench' });
}

/** A token of the benchmark's caller; signed anew only when the one before gets old. */
export function tokenOf(signer: IdentitySigner): Promise<string> {
  return signer.sign(caller);
}

export function identityOf(key: BenchKey): TestIdentity {
  const signer = signerOf(key);
  const token: TestIdentity['token'] = (identity = {}) => signer.sign({ ...caller, ...identity });
  return {
    jwks: key.jwks,
    token,
    headers: async (identity) => ({ [identityHeader]: await token(identity) }),
  };
}
