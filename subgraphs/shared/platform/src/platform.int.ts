import { afterEach, describe, expect, it } from 'vitest';
import { createDeferred } from './deferred.ts';
import { openTestPlatform, type TestPlatform } from './testing/platform.ts';
import { useTestDatabase } from './testing/postgres.ts';
import { startTestSubgraph, type TestSubgraph } from './testing/subgraph.ts';

const testDatabase = useTestDatabase();
const migrations = new URL('./testing/sql-fixture/', import.meta.url);
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
});

async function open(): Promise<TestPlatform<object>> {
  const platform = await openTestPlatform({
    service: 'plat-form',
    migrations,
    databaseUrl: testDatabase.url,
  });
  opened.push(platform);
  return platform;
}

async function serve(platform: TestPlatform<object>): Promise<TestSubgraph> {
  const subgraph = await startTestSubgraph({
    platform,
    identity: platform.identity,
    typeDefs: 'type Query { things: [String!]! }',
    resolvers: {
      Query: {
        things: async () =>
          (await platform.database.query<{ name: string }>('select name from things order by name')).map(
            ({ name }) => name,
          ),
      },
    },
  });
  opened.push(subgraph);
  return subgraph;
}

describe('a platform', () => {
  it('has its service’s tables, and announces what a transaction committed', async () => {
    const platform = await open();
    const announced = createDeferred<unknown>();
    const subscription = await platform.broker.subscribe({
      topics: ['thing.made'],
      group: 'test',
      handle: async ({ payload }) => announced.resolve(payload),
    });
    opened.push(subscription);
    await platform.database.transaction(async (tx) => {
      await tx.query('insert into things (name) values ($1)', ['lamp']);
      await tx.publish({ topic: 'thing.made', key: 'lamp', payload: { name: 'lamp' } });
    });
    expect(await announced.promise).toEqual({ name: 'lamp' });
    const subgraph = await serve(platform);
    expect(await subgraph.request('{ things }')).toEqual({ data: { things: ['lamp'] } });
  });

  it('tells in /readyz which implementation does each part’s work', async () => {
    const subgraph = await serve(await open());
    const state = (await (await fetch(subgraph.url.replace('/graphql', '/readyz'))).json()) as {
      status: string;
      checks: Record<string, { ok: boolean; implementation?: string }>;
    };
    expect(state.status).toBe('ready');
    expect(Object.keys(state.checks).sort()).toEqual([
      'artifacts',
      'broker',
      'cache',
      'database',
      'outbox',
      'streams',
    ]);
    expect(state.checks['database']?.implementation).toMatch(/^PostgreSQL \d+/);
    expect(Object.values(state.checks).every(({ ok }) => ok)).toBe(true);
  });

  it('counts its queries', async () => {
    const platform = await open();
    await platform.database.query('select name from things');
    expect(await platform.metrics.registry.metrics()).toMatch(
      /fathom_database_query_duration_seconds_count\{service="plat-form",verb="select",outcome="ok"\} [1-9]/,
    );
  });

  it('closes what it had opened when a later part cannot be opened', async () => {
    const missing = new URL('./testing/no-such-folder/', import.meta.url);
    const failed = openTestPlatform({
      service: 'half-open',
      migrations: missing,
      databaseUrl: testDatabase.url,
    });
    await expect(failed).rejects.toThrow('no-such-folder');
    const database = await testDatabase.open();
    // The server takes note of a connection's end when it comes to it.
    await expect
      .poll(() =>
        database.query('select 1 from pg_stat_activity where application_name = $1', ['fathom half-open']),
      )
      .toEqual([]);
  });
});
