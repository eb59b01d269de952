/**
 * The keys that sign identities on this machine: one pair for each service that vouches for its callers, made once and
 * kept in `keys/<service>.jwk` (0600). Everyone gets the public halves.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PrivateJwk, type PublicJwks, privateJwkSchema } from '@fathom/platform/env';
import { generateIdentityKey } from '@fathom/platform/identity-token';
import { StartError } from './start-error.ts';

export interface SigningKeys {
  readonly jwks: PublicJwks;
  /** By the signer's name. */
  readonly privateJwks: ReadonlyMap<string, PrivateJwk>;
}

export async function openSigningKeys(folder: string, signers: readonly string[]): Promise<SigningKeys> {
  const pairs = await Promise.all(
    signers.map(async (signer) => [signer, await openKey(folder, signer)] as const),
  );
  return {
    privateJwks: new Map(pairs),
    jwks: { keys: pairs.map(([, { d: _secret, ...publicJwk }]) => publicJwk) },
  };
}

async function openKey(folder: string, signer: string): Promise<PrivateJwk> {
  const file = join(folder, `${signer}.jwk`);
  try {
    return privateJwkSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new StartError(`${file} is not a signing key. Remove it, and a new one is made.`, [], { cause });
    }
  }
  // The id tells keys of one signer apart when an old one is still about.
  const { privateJwk } = await generateIdentityKey(`${signer}-${Date.now().toString(36)}`);
  await writeFile(file, JSON.stringify(privateJwk), { mode: 0o600, flag: 'wx' });
  return privateJwk;
}
