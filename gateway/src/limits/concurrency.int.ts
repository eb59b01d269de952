/** Places over several gateways that share a real database. */
import { createDeferred } from '@fathom/platform/deferred';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../auth/principal.ts';
import { createLeaseStore } from '../stores/lease-store.ts';
import { type Concurrency, type ConcurrencyOptions, createConcurrency } from './concurrency.ts';

const testDatabase = useTestDatabase();
let platform: TestPlatform<object>;
beforeAll(async () => {
  platform = await openTestPlatform({
    service: 'gateway',
    migrations: new URL('../../sql/', import.meta.url),
    databaseUrl: testDatabase.url,
  });
});
const gateways: Concurrency[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
  await platform.database.query('truncate concurrency_leases');
});
afterAll(() => platform.close());

function open(options: Partial<ConcurrencyOptions> = {}): Concurrency {
  const gateway = createConcurrency({
    perCredential: 10,
    perTenant: 15,
    leases: createLeaseStore(platform.database),
    lifetimeMs: 60_000,
    onUnshared: (error) => {
      throw error;
    },
    ...options,
  });
  gateways.push(gateway);
  return gateway;
}

const of = (credential: string, tenant = 't'): Principal => ({
  identity: { subject: credential, tenant, roles: [], scopes: [] },
  credential,
  expiresAt: undefined,
  operationsPerWindow: undefined,
});

/** How many begin, one after another, until one is refused. */
async function fill(gateway: Concurrency, principal: Principal, most = 100): Promise<(() => void)[]> {
  const taken: (() => void)[] = [];
  while (taken.length < most) {
    try {
      await gateway.requireRoom(principal);
    } catch (error) {
      expect(error).toMatchObject({ code: 'TOO_MANY_OPERATIONS' });
      return taken;
    }
    taken.push(gateway.take(principal));
  }
  return taken;
}

describe('several gateways', () => {
  test('let together as many operations of a key run as one would, and of a tenant', async () => {
    const [a, b, c] = [open(), open(), open()];
    const counts = [
      (await fill(a, of('x'), 4)).length,
      (await fill(b, of('x'), 3)).length,
      (await fill(c, of('x'))).length,
    ];
    expect(counts).toEqual([4, 3, 3]);
    // The tenant has 15, of which 10 are used by x.
    expect((await fill(b, of('y'))).length).toBe(5);
    expect((await fill(a, of('z', 'another'))).length).toBe(10);
  });

  test('never hold more than the limit, however many ask at once', async () => {
    const all = Array.from({ length: 8 }, () => open({ perCredential: 13, perTenant: 100 }));
    const taken = await Promise.all(all.map((gateway) => fill(gateway, of('x'))));
    expect(taken.flat()).toHaveLength(13);
    const [sum] = await platform.database.query<{ permits: number }>(
      `select sum(permits)::int as permits from concurrency_leases where name = 'x'`,
    );
    expect(sum?.permits).toBe(13);
  });

  test('give each other what is no longer in use', async () => {
    const [a, b] = [open({ lifetimeMs: 9_000 }), open({ lifetimeMs: 9_000 })];
    const releases = await fill(a, of('x'));
    expect((await fill(b, of('x'))).length).toBe(0);
    for (const release of releases) release();
    let total = 0;
    await expect
      .poll(
        async () => {
          total += (await fill(b, of('x'))).length;
          return total;
        },
        { timeout: 30_000 },
      )
      .toBe(10);
  });

  test('refuse nobody below the limit who comes while others that were let in take what was just asked for', async () => {
    const asked = [createDeferred(), createDeferred()];
    const answers = [createDeferred(), createDeferred()];
    let asks = 0;
    const store = createLeaseStore(platform.database);
    const gateway = open({
      perCredential: 1_000,
      perTenant: 100_000,
      leases: {
        ...store,
        async acquire(request) {
          if (request.name !== 'x') return store.acquire(request);
          const number = asks++;
          asked[number]?.resolve();
          await answers[number]?.promise;
          return store.acquire(request);
        },
      },
    });
    // All are let in by the first answer, for fifty; the first sixty begin, and one more comes.
    const burst = Array.from({ length: 300 }, () => gateway.requireRoom(of('x')));
    await asked[0]?.promise;
    answers[0]?.resolve();
    await Promise.all(burst);
    for (let number = 0; number < 60; number += 1) gateway.take(of('x'));
    const late = Promise.resolve(gateway.requireRoom(of('x')));
    await asked[1]?.promise;
    // The others begin before the answer to it, which is for sixty more, comes.
    for (let number = 60; number < 300; number += 1) gateway.take(of('x'));
    answers[1]?.resolve();
    await late;
    expect(asks).toBeGreaterThan(2);
  });

  test('ask once for what many operations need', async () => {
    let asked = 0;
    const store = createLeaseStore(platform.database);
    const gateway = open({
      perCredential: 1_000,
      perTenant: 1_000,
      leases: {
        ...store,
        acquire: (request) => {
          asked += 1;
          return store.acquire(request);
        },
      },
    });
    expect((await fill(gateway, of('x'), 50)).length).toBe(50);
    // Once for the key, once for the tenant.
    expect(asked).toBe(2);
  });
});

test('what a killed gateway held is free once its leases expire, and what runs keeps its own', async () => {
  const store = createLeaseStore(platform.database);
  let killedGateway = '';
  const killed = createConcurrency({
    perCredential: 10,
    perTenant: 15,
    leases: {
      ...store,
      acquire(request) {
        killedGateway = request.gateway;
        return store.acquire(request);
      },
      // Renews nothing: as if it were gone.
      renew: () => new Promise(() => undefined),
    },
    lifetimeMs: 60_000,
  });
  await fill(killed, of('x'), 6);
  const living = open();
  expect((await fill(living, of('x'))).length).toBe(4);
  await platform.database.query('update concurrency_leases set expires_at = now() where gateway = $1', [
    killedGateway,
  ]);
  expect((await fill(living, of('x'))).length).toBe(6);
});

test('without the database each gateway goes by the limit alone', async () => {
  const errors: unknown[] = [];
  const down = () => Promise.reject(new Error('down'));
  const gateway = open({
    leases: { acquire: down, renew: down, release: down },
    onUnshared: (error) => errors.push(error),
  });
  expect((await fill(gateway, of('x'))).length).toBe(10);
  expect(errors.length).toBeGreaterThan(0);
});
