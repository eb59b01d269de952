import { uuidV7 } from '@fathom/platform/database/uuid-v7';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuditStore } from '../stores/audit-store.ts';
import { type AuditRetention, keepAuditEvents } from './audit-retention.ts';

const testDatabase = useTestDatabase();
let platform: TestPlatform<object>;
beforeAll(async () => {
  platform = await openTestPlatform({
    service: 'gateway',
    migrations: new URL('../../sql/', import.meta.url),
    databaseUrl: testDatabase.url,
  });
});
afterAll(() => platform.close());

async function insert(count: number, age: string): Promise<void> {
  await platform.database.query(
    `insert into audit_events (id, at, kind, transport, fields, outcome, occurrences, trace_id)
     select gen_random_uuid(), now() - $2::interval, 'REFUSAL', 'http', '{}', 'FORBIDDEN', 1, ''
     from generate_series(1, $1::int)`,
    [count, age],
  );
}

const kept = async () => (await platform.database.query('select 1 from audit_events')).length;

function retention(): AuditRetention {
  return keepAuditEvents({ store: createAuditStore(platform.database), days: 30, logger: platform.logger });
}

test('what is older than it has to be kept goes, in several transactions, and nothing else does', async () => {
  await insert(12_345, '31 days');
  await insert(1, '30 days 1 second');
  await insert(100, '29 days 23 hours');
  await insert(7, '1 second');
  const statements: number[] = [];
  const store = createAuditStore(platform.database);
  const counting = keepAuditEvents({
    store: {
      async prune(days, limit) {
        const removed = await store.prune(days, limit);
        statements.push(removed);
        return removed;
      },
    },
    days: 30,
    logger: platform.logger,
  });
  expect(await counting.prune()).toBe(12_346);
  expect(statements).toEqual([5_000, 5_000, 2_346]);
  expect(await kept()).toBe(107);
  expect(await counting.prune()).toBe(0);
  await counting.close();
});

test('several gateways share the work, and the trail goes on meanwhile', async () => {
  await insert(20_000, '40 days');
  const before = (await kept()) - 20_000;
  const gateways = [retention(), retention(), retention()];
  const append = createAuditStore(platform.database).append([
    {
      id: uuidV7(),
      at: new Date(),
      kind: 'MUTATION',
      tenant: 'test',
      subject: 'tester',
      credential: 'key:a',
      transport: 'http',
      operationName: null,
      operationHash: null,
      fields: ['createApiKey'],
      entrance: null,
      outcome: 'OK',
      reason: null,
      occurrences: 1,
      traceId: '',
    },
  ]);
  const removed = await Promise.all(gateways.map((gateway) => gateway.prune()));
  await append;
  // Whoever found all that was left in other hands has stopped early.
  await Promise.all(gateways.map((gateway) => gateway.prune()));
  expect(removed.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(20_000);
  expect(await kept()).toBe(before + 1);
  await Promise.all(gateways.map((gateway) => gateway.close()));
});
