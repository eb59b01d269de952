import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDeferred, type Deferred } from '@fathom/platform/deferred';
import { loadTypeDefs } from '@fathom/platform/repository';
import { countQueries } from '@fathom/platform/testing/count-queries';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AlertFeed, openAlertFeed } from './alert-feed.ts';
import { toSnapshot } from './domain/snapshot.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { insertSnapshot, thinSnapshots } from './stores/snapshot-store.ts';
import { Watch } from './watch.ts';

/** A service as the watch sees it: two paths that answer what the test says. */
class WatchedService {
  status = 'ready';
  checks: Record<string, { ok: boolean; detail: string }> = { database: { ok: true, detail: 'PostgreSQL' } };
  metrics = '';
  readonly #server: Server = createServer((request, response) => {
    const isReadiness = request.url === '/readyz';
    response.writeHead(isReadiness && this.status === 'not ready' ? 503 : 200);
    response.end(isReadiness ? JSON.stringify({ status: this.status, checks: this.checks }) : this.metrics);
  });
  #port = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const testDatabase = useTestDatabase();
const inference = new WatchedService();
let platform: TestPlatform<object>;
let subgraph: TestSubgraph;
let alertFeed: AlertFeed;
/** Resolves when somebody follows the alerts. */
let followed: Deferred<void>;
let watch: Watch;
let queries: ReturnType<typeof countQueries>;
let now = new Date('2026-01-01T12:00:00Z');

beforeAll(async () => {
  await inference.start();
  platform = await openTestPlatform({
    service: 'monitoring',
    migrations: new URL('../sql/', import.meta.url),
    databaseUrl: testDatabase.url,
  });
  const services = { inference: inference.url };
  alertFeed = await openAlertFeed(platform.database);
  watch = new Watch({ ...platform, services, intervalMs: 1_000 });
  queries = countQueries(platform.database);
  subgraph = await startTestSubgraph({
    service: 'monitoring',
    platform,
    identity: platform.identity,
    typeDefs: loadTypeDefs('monitoring'),
    resolvers,
    loaders: () => createLoaders(queries.database, Object.keys(services), now),
    extend: () => ({
      database: queries.database,
      alertFeed: {
        ...alertFeed,
        follow(after: number) {
          followed.resolve();
          return alertFeed.follow(after);
        },
      },
      services: Object.keys(services),
    }),
  });
});

afterAll(async () => {
  await subgraph.close();
  await watch.close();
  await alertFeed.close();
  await platform.close();
  await inference.stop();
});

beforeEach(() => {
  followed = createDeferred();
  inference.status = 'ready';
  inference.checks = { database: { ok: true, detail: 'PostgreSQL' } };
});

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

async function ask(query: string, variables = {}, who = {}): Promise<Answer> {
  const { data, errors } = await subgraph.request(query, variables, who);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function lookAfter(seconds: number): Promise<void> {
  now = new Date(now.getTime() + seconds * 1000);
  await watch.look(now);
}

const metricsOf = (requests: number, generations: number, busy = 0.5, up = 1) => `
process_start_time_seconds 1700000000
process_resident_memory_bytes 1000
fathom_graphql_operations_total{operation="Ask",type="query",code="OK"} ${requests}
fathom_graphql_operations_total{operation="Ask",type="query",code="INTERNAL_SERVER_ERROR"} ${requests / 100}
fathom_graphql_operations_total{operation="Ask",type="query",code="BAD_USER_INPUT"} 7
fathom_graphql_operation_duration_seconds_bucket{operation="Ask",type="query",le="0.1"} ${requests}
fathom_graphql_operation_duration_seconds_bucket{operation="Ask",type="query",le="+Inf"} ${requests}
fathom_device_up{device="cpu-0"} ${up}
fathom_device_busy_ratio{device="cpu-0"} ${busy}
fathom_device_tokens_total{device="cpu-0"} ${generations * 10}
fathom_device_queue{device="cpu-0"} 0
fathom_generations_total{service="INFERENCE",reason="CONFIDENT",status="COMPLETED",model_version="facts@1"} ${generations}
fathom_generations_total{service="DEEP_LEARNING",reason="OUT_OF_SCOPE",status="COMPLETED",model_version="facts@1"} ${generations}
fathom_time_to_first_token_seconds_bucket{model_version="facts@1",le="0.05"} ${generations}
fathom_time_to_first_token_seconds_bucket{model_version="facts@1",le="+Inf"} ${generations}
`;

test('a service’s requests, errors and latencies are the growth between two looks', async () => {
  inference.metrics = metricsOf(1000, 0);
  await lookAfter(0);
  inference.metrics = metricsOf(1600, 0);
  await lookAfter(30);
  const { service } = await ask(
    '{ service(name: "inference") { status dependencies { name isOk } memoryBytes requests(windowSeconds: 60) { count errorCount p50Ms } history(windowSeconds: 60, maxPoints: 2) { count } } }',
  );
  expect(service).toMatchObject({
    status: 'HEALTHY',
    dependencies: [{ name: 'database', isOk: true }],
    memoryBytes: 1000,
  });
  expect(service.requests).toMatchObject({ count: 606, errorCount: 6 });
  expect(service.requests.p50Ms).toBeCloseTo(50, 5);
  expect(service.history.map(({ count }: Answer) => count)).toEqual([0, 606]);
});

test('devices and model versions are resolved by reference, fifty of them by two queries', async () => {
  inference.metrics = metricsOf(0, 100);
  await lookAfter(60);
  inference.metrics = metricsOf(0, 120, 0.7);
  await lookAfter(10);
  queries.reset();
  const representations = [
    ...Array.from({ length: 25 }, () => ({ __typename: 'Device', id: 'cpu-0' })),
    ...Array.from({ length: 25 }, (_, index) => ({
      __typename: 'ModelVersion',
      id: index === 0 ? 'facts@1' : `other@${index}`,
    })),
  ];
  const { _entities } = await ask(
    `query ($of: [_Any!]!) { _entities(representations: $of) {
       ... on Device { health { status busyRatio tokensPerSecond } }
       ... on ModelVersion { id v: health { status generationCount unknownRatio timeToFirstTokenP50Ms } } } }`,
    { of: representations },
  );
  expect(_entities[0].health.status).toBe('HEALTHY');
  expect(_entities[0].health.busyRatio).toBeCloseTo(0.6, 5);
  expect(_entities[25]).toMatchObject({ id: 'facts@1', v: { status: 'HEALTHY', unknownRatio: 0.5 } });
  expect(_entities[26]).toMatchObject({ v: { status: 'UNKNOWN', generationCount: 0 } });
  expect(queries.count()).toBe(2);
});

test('a service that vanishes fires an alert after ten seconds, which subscribers see and which resolves by itself', async () => {
  const client = await subgraph.webSocketClient();
  const events = client.iterate<Answer>({
    query: 'subscription { alertFired { sequence cursor status alert { subject severity rule { name } } } }',
  });
  const first = events.next();
  await followed.promise;
  await inference.stop();
  await lookAfter(10);
  await lookAfter(9);
  const before = await ask(
    '{ platformHealth { status unhealthyServices { name status detail } firingAlerts { id } } }',
  );
  expect(before.platformHealth).toMatchObject({
    status: 'DOWN',
    unhealthyServices: [
      { name: 'inference', status: 'DOWN', detail: 'It does not answer: nothing listens at its address' },
    ],
    firingAlerts: [],
  });
  await lookAfter(1);
  const fired = (await first).value.data.alertFired;
  expect(fired).toMatchObject({
    status: 'FIRING',
    alert: { subject: 'inference', severity: 'CRITICAL', rule: { name: 'service-down' } },
  });

  await inference.start();
  const second = events.next();
  await lookAfter(5);
  const resolved = (await second).value.data.alertFired;
  expect(resolved).toMatchObject({ status: 'RESOLVED', sequence: fired.sequence + 1 });

  const resumed = client.iterate<Answer>({
    query: 'subscription ($after: String) { alertFired(after: $after) { sequence status } }',
    variables: { after: fired.cursor },
  });
  expect((await resumed.next()).value.data.alertFired).toEqual({
    sequence: resolved.sequence,
    status: 'RESOLVED',
  });
  await Promise.all([events.return?.(undefined), resumed.return?.(undefined)]);
});

test('a watch that starts anew keeps the alerts that fire, and resolves them', async () => {
  inference.status = 'not ready';
  inference.checks = { model: { ok: false, detail: 'the model file is corrupt' } };
  await lookAfter(20);
  await lookAfter(10);
  const { alerts } = await ask('{ alerts(status: FIRING) { edges { node { id summary } } } }');
  expect(alerts.edges).toHaveLength(1);
  expect(alerts.edges[0].node.summary).toBe('inference is down. model: the model file is corrupt');

  const acknowledged = await ask(
    'mutation ($id: ID!) { acknowledgeAlert(id: $id, note: "on it") { __typename ... on Alert { acknowledgedBy note } } }',
    { id: alerts.edges[0].node.id },
  );
  expect(acknowledged.acknowledgeAlert).toEqual({
    __typename: 'Alert',
    acknowledgedBy: 'tester',
    note: 'on it',
  });

  const successor = new Watch({ ...platform, services: { inference: inference.url }, intervalMs: 1_000 });
  now = new Date(now.getTime() + 5_000);
  await successor.look(now);
  inference.status = 'ready';
  inference.checks = {};
  now = new Date(now.getTime() + 5_000);
  await successor.look(now);
  const after = await ask(
    'query ($id: ID!) { alerts(first: 1) { edges { node { id status } } } }'.replace('($id: ID!) ', ''),
  );
  expect(after.alerts.edges[0].node).toEqual({ id: alerts.edges[0].node.id, status: 'RESOLVED' });
  const again = await ask('mutation ($id: ID!) { acknowledgeAlert(id: $id) { __typename } }', {
    id: alerts.edges[0].node.id,
  });
  expect(again.acknowledgeAlert.__typename).toBe('WrongState');
});

test('a lost device worker is a device that is down', async () => {
  inference.metrics = metricsOf(0, 0, 0, 0);
  await lookAfter(1);
  const { _entities } = await ask(
    'query { _entities(representations: [{ __typename: "Device", id: "cpu-0" }]) { ... on Device { health { status detail } } } }',
  );
  expect(_entities[0].health).toEqual({
    status: 'DOWN',
    detail: 'Its worker is lost and is being restarted.',
  });
});

test('garbage instead of an answer is a service that is down, with the reason', async () => {
  inference.status = 'who knows';
  await lookAfter(1);
  const { service } = await ask('{ service(name: "inference") { status detail } }');
  expect(service.status).toBe('DOWN');
  expect(service.detail).toContain('It does not answer');
});

test('monitoring needs its scope', async () => {
  const { errors } = await subgraph.request('{ services { name } }', {}, { scopes: ['inference:ask'] });
  expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test.each([
  ['Device', { id: 'cpu-0' }, 'health { status }'],
  ['ModelVersion', { id: 'facts@1' }, 'health { status }'],
  ['Service', { name: 'inference' }, 'status'],
  ['Alert', { id: 'any' }, 'summary'],
  ['AlertRule', { name: 'service-down' }, 'description'],
])('a %s reached from another service needs monitoring:read as well', async (type, key, selection) => {
  const { data, errors } = await subgraph.request(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`,
    { of: [{ __typename: type, ...key }] },
    { scopes: ['inference:read'] },
  );
  expect(data).toEqual({ _entities: [null] });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', requiredScope: 'monitoring:read' });
});

test('old snapshots are thinned to one a minute and dropped after a day', async () => {
  const { database } = platform;
  const base = new Date('2025-06-01T12:00:00Z');
  for (const ago of [90_000, 7_260, 7_250, 7_190, 30, 20]) {
    await insertSnapshot(database, {
      service: 'thin',
      at: new Date(base.getTime() - ago * 1000),
      content: toSnapshot([]),
    });
  }
  await thinSnapshots(database, base);
  const kept = await database.query<{ at: Date }>(
    "select at from snapshot where service = 'thin' order by at",
  );
  expect(kept.map(({ at }) => (base.getTime() - at.getTime()) / 1000)).toEqual([7_260, 7_190, 30, 20]);
});
