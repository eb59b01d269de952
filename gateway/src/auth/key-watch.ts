/**
 * Ends what a key has open when it stops being valid: at once when a revocation is announced, within a second when the
 * announcement was lost or the key has just expired.
 */
import type { Logger } from '@fathom/platform/logging';
import { raise } from '../errors.ts';
import type { ApiKeyStore } from '../stores/api-key-store.ts';
import type { OpenClients } from '../transports/open-clients.ts';
import { type ApiKeyDirectory, invalidity } from './api-key-directory.ts';

export interface KeyWatch {
  close(): Promise<void>;
}

export interface KeyWatchOptions {
  readonly store: ApiKeyStore;
  readonly directory: ApiKeyDirectory;
  readonly clients: OpenClients;
  readonly intervalMs: number;
  readonly logger: Logger;
}

export async function watchKeys(options: KeyWatchOptions): Promise<KeyWatch> {
  const { store, directory, clients, intervalMs, logger } = options;

  const announcements = await store.onRevoked((id) => {
    directory.forget(id);
    clients.revoke(`key:${id}`, raise('KEY_REVOKED'));
  });

  async function sweep(): Promise<void> {
    const ids = [...clients.credentials()].flatMap((credential) =>
      credential.startsWith('key:') ? [credential.slice('key:'.length)] : [],
    );
    if (ids.length === 0) return;
    for (const record of await store.findMany(ids)) {
      const problem = invalidity(record, Date.now());
      if (!problem) continue;
      directory.forget(record.id);
      clients.revoke(`key:${record.id}`, raise(problem));
    }
  }

  let sweeping: Promise<void> | undefined;
  let isFailing = false;
  const timer = setInterval(() => {
    sweeping ??= sweep()
      .then(() => {
        isFailing = false;
      })
      .catch((error: unknown) => {
        // One line an outage, not one a second.
        if (!isFailing) logger.warn({ err: error }, 'keys in use cannot be looked up');
        isFailing = true;
      })
      .finally(() => {
        sweeping = undefined;
      });
  }, intervalMs);

  return {
    async close() {
      clearInterval(timer);
      await sweeping;
      await announcements.close();
    },
  };
}
