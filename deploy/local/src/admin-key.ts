/** The first admin key: the gateway makes it and writes it to a file, the banner shows it once. */
import { readFile, writeFile } from 'node:fs/promises';
import { StartError } from './start-error.ts';

export interface AdminKey {
  readonly value: string;
  /** True if no banner has shown it yet. */
  readonly isNew: boolean;
  markShown(): Promise<void>;
}

/** Throws StartError if the gateway wrote none. */
export async function readAdminKey(file: string): Promise<AdminKey> {
  const value = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (value === '') throw new StartError(`The gateway wrote no admin key to ${file}.`);
  const shownFile = `${file}.shown`;
  return {
    value,
    isNew: (await readFile(shownFile, 'utf8').catch(() => '')) !== fingerprint(value),
    markShown: () => writeFile(shownFile, fingerprint(value), { mode: 0o600 }),
  };
}

/** The key's public part, `fth_<id>`. */
const fingerprint = (key: string): string => key.split('_').slice(0, 2).join('_');
