/**
 * The first admin key of an installation, in a file that only its owner can read.
 *
 *   the file holds a key that is admitted -> kept
 *   there is no file                      -> a new key is written
 *   the file holds a key that is not      -> a new key is written, unless another admin key is active: then somebody
 *                                            replaced it on purpose, and only a warning says so
 */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@fathom/platform/logging';
import { generateApiKey, hashSecret, parseApiKey, printApiKey, secretMatches } from '../auth/api-key.ts';
import { invalidity } from '../auth/api-key-directory.ts';
import type { ApiKeyStore } from '../stores/api-key-store.ts';

export interface BootstrapKeyOptions {
  readonly file: string;
  readonly store: ApiKeyStore;
  readonly logger: Logger;
  readonly now?: () => number;
}

export type BootstrapOutcome = 'created' | 'kept' | 'left';

export async function ensureBootstrapKey({
  file,
  store,
  logger,
  now = Date.now,
}: BootstrapKeyOptions): Promise<BootstrapOutcome> {
  const text = await readIfPresent(file);
  if (text !== undefined) {
    if (await isAdmitted(text.trim(), store, now())) return 'kept';
    if (await store.hasActiveKeyWithRole('admin')) {
      logger.warn(
        { file },
        'the bootstrap key in this file is not valid; other admin keys are, so none is created',
      );
      return 'left';
    }
  }
  const key = generateApiKey();
  await store.insert({
    id: key.id,
    secretSha256: hashSecret(key.secret),
    name: 'bootstrap',
    tenant: 'default',
    roles: ['admin', 'operator'],
    scopes: [],
    operationsPerWindow: null,
    createdBy: 'gateway',
    expiresAt: null,
  });
  await writeSecret(file, `${printApiKey(key)}\n`);
  logger.info({ file, 'user.id': `key:${key.id}` }, 'an admin key was created');
  return 'created';
}

async function isAdmitted(text: string, store: ApiKeyStore, now: number): Promise<boolean> {
  const key = parseApiKey(text);
  const record = key && (await store.find(key.id));
  return (
    record !== undefined && secretMatches(key?.secret ?? '', record.secretSha256) && !invalidity(record, now)
  );
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function writeSecret(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}
