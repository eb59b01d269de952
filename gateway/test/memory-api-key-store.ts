/** The table of API keys in memory, for tests that are about streams and limits. The real one has tests of its own. */
import type { ApiKeyRecord, ApiKeyStore } from '../src/stores/api-key-store.ts';

export interface MemoryApiKeyStore extends ApiKeyStore {
  /** Makes every look-up fail, as a database that is down does. */
  down: boolean;
  /** Announces no revocation, as a database whose notification was lost. */
  mute: boolean;
  /** The end of a key is now, as if its time had passed. */
  expire(id: string): void;
}

export function createMemoryApiKeyStore(): MemoryApiKeyStore {
  const keys = new Map<string, ApiKeyRecord>();
  const handlers = new Set<(id: string) => void>();
  const store: MemoryApiKeyStore = {
    down: false,
    mute: false,
    expire(id) {
      const key = keys.get(id);
      if (key) keys.set(id, { ...key, expiresAt: new Date() });
    },
    async insert(key) {
      const record: ApiKeyRecord = { ...key, createdAt: new Date(), revokedAt: null, revokedBy: null };
      keys.set(key.id, record);
      return record;
    },
    async find(id) {
      if (store.down) throw new Error('connection refused');
      return keys.get(id);
    },
    async findMany(ids) {
      return ids.flatMap((id) => keys.get(id) ?? []);
    },
    async list({ tenant, first }) {
      return [...keys.values()].filter((key) => key.tenant === tenant).slice(0, first + 1);
    },
    async revoke(tenant, id, revokedBy) {
      const known = keys.get(id);
      if (known?.tenant !== tenant) return undefined;
      if (known.revokedAt) return known;
      const revoked: ApiKeyRecord = { ...known, revokedAt: new Date(), revokedBy };
      keys.set(id, revoked);
      if (!store.mute) for (const handler of handlers) handler(id);
      return revoked;
    },
    async hasActiveKeyWithRole(role) {
      return [...keys.values()].some((key) => key.roles.includes(role) && !key.revokedAt);
    },
    async onRevoked(handler) {
      handlers.add(handler);
      return { close: async () => void handlers.delete(handler) };
    },
  };
  return store;
}
