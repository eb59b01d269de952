import { describe, expect, test } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import { createConcurrency } from './concurrency.ts';

function of(credential: string, tenant: string): Principal {
  return {
    identity: { subject: credential, tenant, roles: [], scopes: [] },
    credential,
    expiresAt: undefined,
    operationsPerWindow: undefined,
  };
}

describe('operations open at once', () => {
  test('are bounded for a key and for a tenant, and one that ends makes room, once', () => {
    const concurrency = createConcurrency({ perCredential: 2, perTenant: 3 });
    const releases = [of('a', 't'), of('a', 't')].map((principal) => concurrency.take(principal));
    expect(() => concurrency.requireRoom(of('a', 't'))).toThrow(/2 of one key/);
    concurrency.requireRoom(of('b', 't'));
    concurrency.take(of('b', 't'));
    expect(() => concurrency.requireRoom(of('c', 't'))).toThrow(/3 of one tenant/);
    concurrency.requireRoom(of('d', 'another'));
    releases[0]?.();
    releases[0]?.();
    concurrency.requireRoom(of('a', 't'));
    concurrency.take(of('a', 't'));
    expect(() => concurrency.requireRoom(of('a', 't'))).toThrow(/at once/);
  });
});
