/**
 * The keys that sign identities on this machine: one pair for each service that vouches for its callers, made once and
 * kept in `keys/<service>.jwk` (0600). Everyone gets the public halves, and the one key by which identities are tied to
 * their requests (`keys/proof.key`).
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PrivateJwk, type PublicJwks, privateJwkSchema, proofKeysVariable } from '@fathom/platform/env';
import { generateIdentityKey } from '@fathom/platform/identity-token';
import { StartError } from './start-error.ts';

export interface SigningKeys {
  readonly jwks: PublicJwks;
  /** By the signer's name. */
  readonly privateJwks: ReadonlyMap<string, PrivateJwk>;
  /** As IDENTITY_PROOF_KEY has it. */
  readonly proofKey: string;
}

export async function openSigningKeys(folder: string, signers: readonly string[]): Promise<SigningKeys> {
  const pairs = await Promise.all(
    signers.map(async (signer) => [signer, await openKey(folder, signer)] as const),
  );
  return {
    privateJwks: new Map(pairs),
    jwks: { keys: pairs.map(([, { d: _secret, ...publicJwk }]) => publicJwk) },
    proofKey: await openProofKey(folder),
  };
}

async function openKey(folder: string, signer: string): Promise<PrivateJwk> {
  const file = join(folder, `${signer}.jwk`);
  const text = await readIfPresent(file);
  if (text === undefined) {
    // The id tells keys of one signer apart when an old one is still about.
    const { privateJwk } = await generateIdentityKey(`${signer}-${Date.now().toString(36)}`);
    await writeFile(file, JSON.stringify(privateJwk), { mode: 0o600, flag: 'wx' });
    return privateJwk;
  }
  try {
    return privateJwkSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StartError(`${file} is not a signing key. Remove it, and a new one is made.`, [], { cause });
  }
}

async function openProofKey(folder: string): Promise<string> {
  const file = join(folder, 'proof.key');
  const text = await readIfPresent(file);
  if (text === undefined) {
    const key = randomBytes(32).toString('base64url');
    await writeFile(file, key, { mode: 0o600, flag: 'wx' });
    return key;
  }
  if (proofKeysVariable.safeParse(text.trim()).success) return text.trim();
  throw new StartError(`${file} is not a key. Remove it, and a new one is made.`, []);
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
