/**
 * Keys as the gateway knows them now.
 *
 * Invariant: a revocation takes effect within a second on every gateway. A record is believed for {@link maxAgeMs} from
 * when it was asked for; the database's notification makes it immediate; and keys whose connections are open are looked up
 * once a second, so a lost notification costs that second and no more. Without the database no key is admitted: it might
 * be revoked.
 */
import { raise } from '../errors.ts';
import { BoundedMap } from '../operations/bounded-map.ts';
import type { ApiKeyRecord, ApiKeyStore } from '../stores/api-key-store.ts';
import { type ApiKey, secretMatches } from './api-key.ts';
import type { Principal } from './principal.ts';
import { ofHolder } from './refused-credential.ts';
import { scopesOf } from './roles.ts';

const maxAgeMs = 900;
const maxKnownKeys = 10_000;

interface Known {
  readonly record: Promise<ApiKeyRecord | undefined>;
  /** Once it has come. */
  found?: { readonly record: ApiKeyRecord | undefined };
  readonly since: number;
}

export interface ApiKeyDirectory {
  /**
   * Throws UNAUTHENTICATED, KEY_REVOKED, KEY_EXPIRED or DEPENDENCY_UNAVAILABLE. A promise only where the database is
   * asked; each request of a busy client would pay for three.
   */
  authenticate(key: ApiKey): Principal | Promise<Principal>;
  /** Whom a key stands for whose secret was shown before, by whoever holds a token for it. Throws as `authenticate` does. */
  holder(id: string): Principal | Promise<Principal>;
  /** Forget what is known of a key: its next use asks the database. */
  forget(id: string): void;
  forgetAll(): void;
}

export function createApiKeyDirectory(store: ApiKeyStore, now: () => number = Date.now): ApiKeyDirectory {
  const known = new BoundedMap<string, Known>(maxKnownKeys);

  function fresh(id: string): Known | undefined {
    const entry = known.get(id);
    return entry && now() - entry.since < maxAgeMs ? entry : undefined;
  }

  function lookUp(id: string): Promise<ApiKeyRecord | undefined> {
    const entry = fresh(id);
    if (entry) return entry.record;
    const asked: Known = { record: store.find(id), since: now() };
    known.set(id, asked);
    asked.record.then(
      (record) => {
        asked.found = { record };
      },
      () => known.delete(id),
    );
    return asked.record;
  }

  async function recordOf(id: string): Promise<ApiKeyRecord | undefined> {
    try {
      return await lookUp(id);
    } catch (cause) {
      throw raise('DEPENDENCY_UNAVAILABLE', { because: 'the database of keys', cause });
    }
  }

  function validPrincipal(record: ApiKeyRecord): Principal {
    const problem = invalidity(record, now());
    if (problem) throw ofHolder(raise(problem), principalOf(record));
    return principalOf(record);
  }

  function existing(record: ApiKeyRecord | undefined): Principal {
    if (!record) throw raise('UNAUTHENTICATED');
    return validPrincipal(record);
  }

  /** The same answer whether the id or the secret is wrong, so nobody learns which ids exist. */
  function owner(record: ApiKeyRecord | undefined, secret: string): Principal {
    if (!record || !secretMatches(secret, record.secretSha256)) throw raise('UNAUTHENTICATED');
    return validPrincipal(record);
  }

  return {
    authenticate({ id, secret }) {
      const found = fresh(id)?.found;
      return found ? owner(found.record, secret) : recordOf(id).then((record) => owner(record, secret));
    },
    holder(id) {
      const found = fresh(id)?.found;
      return found ? existing(found.record) : recordOf(id).then(existing);
    },
    forget: (id) => void known.delete(id),
    forgetAll: () => known.clear(),
  };
}

/** Why a key that exists is not valid now. */
export function invalidity(record: ApiKeyRecord, now: number): 'KEY_REVOKED' | 'KEY_EXPIRED' | undefined {
  if (record.revokedAt) return 'KEY_REVOKED';
  return record.expiresAt && record.expiresAt.getTime() <= now ? 'KEY_EXPIRED' : undefined;
}

/** Made once a record: the same object for the same key, so that others can remember what they know of its owner. */
const principals = new WeakMap<ApiKeyRecord, Principal>();

function principalOf(record: ApiKeyRecord): Principal {
  const known = principals.get(record);
  if (known) return known;
  const principal = createPrincipal(record);
  principals.set(record, principal);
  return principal;
}

function createPrincipal(record: ApiKeyRecord): Principal {
  return {
    identity: {
      subject: `key:${record.id}`,
      tenant: record.tenant,
      roles: record.roles,
      scopes: scopesOf(record.roles, record.scopes),
    },
    credential: `key:${record.id}`,
    expiresAt: record.expiresAt ?? undefined,
    operationsPerWindow: record.operationsPerWindow ?? undefined,
    isKey: true,
  };
}
