/**
 * Ends what a key has open when it stops being valid: at once when a revocation is announced, within a second when the
 * announcement was lost or the key has just expired. When the connection that announces was lost and is back, nothing that
 * was known before is believed. While the database is down, what is open stays open: it ends when the database is back.
 */
import type { Logger } from '@fathom/platform/logging';
import { raise } from '../errors.ts';
import type { ApiKeyStore } from '../stores/api-key-store.ts';
import type { OpenClients } from '../transports/open-clients.ts';
import { type ApiKeyDirectory, invalidity } from './api-key-directory.ts';
import { keyIdOf } from './principal.ts';

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

  async function sweep(): Promise<void> {
    const ids = [...clients.credentials()].flatMap((credential) => keyIdOf(credential) ?? []);
    if (ids.length === 0) return;
    const records = new Map((await store.findMany(ids)).map((record) => [record.id, record]));
    for (const id of ids) {
      const record = records.get(id);
      const problem = record ? invalidity(record, Date.now()) : 'UNAUTHENTICATED';
      if (!problem) continue;
      directory.forget(id);
      clients.revoke(`key:${id}`, raise(problem));
    }
  }

  let sweeping: Promise<void> | undefined;
  let isFailing = false;
  const look = (): void => {
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
  };
  const announcements = await store.onRevoked(
    (id) => {
      directory.forget(id);
      clients.revoke(`key:${id}`, raise('KEY_REVOKED'));
    },
    () => {
      directory.forgetAll();
      look();
    },
  );
  const timer = setInterval(look, intervalMs);

  return {
    async close() {
      clearInterval(timer);
      await sweeping;
      await announcements.close();
    },
  };
}
