/** Budgets in a real database, in front of the platform's own `inference` SDL: charged, settled, given back. */
import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { countQueries } from '@fathom/platform/testing/count-queries';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';
import type { Principal } from '../auth/principal.ts';
import { createBudgetStore } from '../stores/budget-store.ts';
import { type BudgetLimits, type Budgets, createBudgets } from './budgets.ts';
import type { Demand } from './generation-demand.ts';
import { settleGenerations } from './settle-generations.ts';

const testDatabase = useTestDatabase();
let platform: TestPlatform<object>;
let settlement: { close(): Promise<void> };
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  platform = await openTestPlatform({
    service: 'gateway',
    migrations: new URL('../../sql/', import.meta.url),
    databaseUrl: testDatabase.url,
  });
  const { broker, database, metrics, logger } = platform;
  settlement = await settleGenerations({ broker, database, metrics, logger });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await platform.database.query('truncate budgets, charges, model_rates, daily_usage');
});
afterAll(async () => {
  await settlement.close();
  await platform.close();
});

// A thousand hours: what refills while a test runs, on however slow a machine, is far below one token.
const hourMs = 3_600_000;
const limits: BudgetLimits = {
  windowMs: 1_000 * hourMs,
  perCredential: { tokens: 1_000, deviceMs: 1_000_000 },
  perTenant: { tokens: 1_500, deviceMs: 1_000_000 },
};

function openBudgets(overrides: Partial<BudgetLimits> = {}, onUncharged = (error: unknown) => fail(error)) {
  const budgets = createBudgets({
    store: createBudgetStore(platform.database),
    limits: { ...limits, ...overrides },
    metrics: createMetrics({ service: 'gateway', processMetrics: false }),
    onUncharged,
  });
  cleanups.push(() => budgets.close());
  return budgets;
}

function fail(error: unknown): never {
  throw error;
}

async function startGraph(
  overrides: Partial<BudgetLimits> = {},
): Promise<InferenceGraph & { budgets: Budgets }> {
  const budgets = openBudgets(overrides);
  const graph = await startInferenceGraph({}, { budgets });
  cleanups.push(() => graph.close());
  return { ...graph, budgets };
}

const principal = (credential: string, tenant = 'test'): Principal => ({
  identity: { subject: credential, tenant, roles: [], scopes: [] },
  credential,
  expiresAt: undefined,
  operationsPerWindow: undefined,
});
const demand = (completionTokens: number): Demand => ({
  kind: 'generation',
  model: undefined,
  promptCharacters: 0,
  completionTokens,
});

async function tokensLeft(name: string): Promise<number | undefined> {
  const row = await platform.database.maybeOne<{ tokens: number }>(
    'select tokens from budgets where name = $1',
    [name],
  );
  return row && Math.round(row.tokens);
}

const openCharges = async (): Promise<number> =>
  (await platform.database.query('select 1 from charges')).length;

/** As inference does when a generation has ended. */
async function announce(...generations: { traceId: string; tenant?: string; completionTokens: number }[]) {
  await platform.database.transaction(async (tx) => {
    for (const [index, generation] of generations.entries())
      await tx.publish({
        topic: 'generation.completed',
        key: `${generation.traceId}-${index}`,
        payload: {
          tenant: 'test',
          modelVersionId: 'fathom-facts@3',
          promptTokens: 0,
          deviceMs: 10,
          completedAt: new Date().toISOString(),
          ...generation,
        },
      });
  });
}

/** How many transactions have marked so many messages as settled. */
async function settlements(): Promise<{ readonly messages: number; readonly transactions: number }> {
  return await platform.database.one(
    `select count(*)::int as messages, count(distinct xmin::text)::int as transactions
     from inbox where consumer = 'gateway.budgets'`,
  );
}

/** As inference does when it has read texts. */
async function announceReading(used: { traceId: string; tokens: number; deviceMs: number }) {
  const payload = {
    tenant: 'test',
    modelVersionId: 'use-lite-en@0.2.0',
    completedAt: new Date().toISOString(),
    ...used,
  };
  await platform.database.transaction((tx) => tx.publish({ topic: 'texts.read', key: 'test', payload }));
}

const limitHeaders = ({ headers }: Response) =>
  ['limit', 'remaining', 'reset'].map((what) => headers.get(`x-ratelimit-${what}-tokens`));

const askStream = 'subscription ($input: AskInput!) { ask(input: $input) { cursor } }';
const stream = (graph: InferenceGraph, maxTokens: number) =>
  graph.post(
    { query: askStream, variables: { input: { question: 'ab', maxTokens } } },
    { accept: 'text/event-stream' },
  );

describe('what generates', () => {
  test('is charged before any work, and given back what it did not use', async () => {
    const graph = await startGraph();
    const response = await stream(graph, 400);
    const generation = await graph.nextGeneration();
    // One token for the two characters, by the first guess.
    expect(await tokensLeft('tenant:test')).toBe(1_099);
    generation.completed();
    await response.text();
    await announce({ traceId: generation.traceId, completionTokens: 30 });
    await expect.poll(openCharges).toBe(0);
    expect(await tokensLeft('tenant:test')).toBe(1_470);
  });

  test('beyond what is left is refused without a generation, over HTTP and as OpenAI has it', async () => {
    const graph = await startGraph();
    await stream(graph, 500);
    (await graph.nextGeneration()).completed();
    const refused = await graph.post({
      query: 'mutation { ask(input: {question: "ab", maxTokens: 512}) { __typename } }',
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(10);
    expect(await refused.json()).toMatchObject({
      errors: [
        {
          extensions: {
            code: 'BUDGET_EXHAUSTED',
            retryable: true,
            per: 'credential',
            asked: { tokens: 513 },
            limit: { tokens: 1_000 },
            left: { tokens: 499 },
            retryAfterMs: expect.any(Number),
          },
        },
      ],
    });
    const facade = await fetch(`${graph.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${graph.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'fathom', messages: [{ role: 'user', content: 'ab' }], max_tokens: 512 }),
    });
    expect(facade.status).toBe(429);
    expect(await facade.json()).toMatchObject({ error: { code: 'BUDGET_EXHAUSTED' } });
    const entrances = () => graph.audited.map(({ outcome, entrance }) => [outcome, entrance]);
    await expect.poll(entrances).toContainEqual(['BUDGET_EXHAUSTED', 'POST /v1/chat/completions']);
    expect(entrances()).toContainEqual(['BUDGET_EXHAUSTED', 'POST /graphql']);
    // The next generation is the one that fits.
    await stream(graph, 100);
    expect((await graph.nextGeneration()).input['maxTokens']).toBe(100);
  });

  test('beyond the whole budget is told to ask for less, not to wait', async () => {
    const graph = await startGraph({ perCredential: { tokens: 100, deviceMs: 1_000_000 } });
    const refused = await stream(graph, 200);
    expect(refused.status).toBe(403);
    expect(JSON.stringify(await refused.json())).toContain('OPERATION_BEYOND_BUDGET');
  });

  test('is bound by device time where that runs out first', async () => {
    const graph = await startGraph({ perTenant: { tokens: 1_500, deviceMs: 1_000 } });
    const refused = await stream(graph, 300);
    expect(await refused.json()).toMatchObject({
      errors: [
        { extensions: { per: 'tenant', asked: { deviceSeconds: 1.505 }, limit: { deviceSeconds: 1 } } },
      ],
    });
  });

  test('is predicted by what its model took, once something was measured', async () => {
    const budgets = openBudgets();
    await announce({ traceId: 'f'.repeat(32), completionTokens: 40 });
    await expect.poll(async () => (await createBudgetStore(platform.database).rates()).size).toBe(2);
    await budgets.charge(principal('key:a'), [{ ...demand(100), model: 'fathom-facts' }], 't');
    const row = await platform.database.one<{ ms: number }>('select device_ms as ms from charges');
    // 10 ms for 40 tokens.
    expect(row.ms).toBeCloseTo(25);
  });
});

describe('what is left', () => {
  test('is said by every answer that was charged, of the budget that has the least', async () => {
    const graph = await startGraph({ windowMs: hourMs });
    const response = await stream(graph, 400);
    (await graph.nextGeneration()).completed();
    // 401 of an hour's 1,000; each second brings 0.28 of them back.
    const [limit, remaining, reset] = limitHeaders(response);
    expect([limit, remaining]).toEqual(['1000', '599']);
    expect(reset).toMatch(/^2[34]m\d+s$/);
    await response.text();

    const { key } = await graph.issueKey();
    const others = await fetch(`${graph.url}/v1/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'fathom', input: 'abcd' }),
    });
    expect(others.status).toBe(200);
    // Its key has nearly all of its own 1,000, and the tenant 1,097 of 1,500: its key's are fewer.
    expect(limitHeaders(others).slice(0, 2)).toEqual(['1000', '998']);
    expect(limitHeaders(await graph.post({ query: '{ viewer { tenant } }' }))).toEqual([null, null, null]);
  });

  test('is said by a stream of the façade before its first token, and by a refusal', async () => {
    const graph = await startGraph();
    const complete = (maxTokens: number) =>
      fetch(`${graph.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${graph.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'fathom',
          messages: [{ role: 'user', content: 'ab' }],
          max_tokens: maxTokens,
          stream: true,
        }),
      });
    const said = graph.willSay('yes');
    const answer = await complete(500);
    expect(limitHeaders(answer).slice(0, 2)).toEqual(['1000', '499']);
    await said;
    await answer.text();
    const refused = await complete(512);
    expect(refused.status).toBe(429);
    expect(limitHeaders(refused).slice(0, 2)).toEqual(['1000', '499']);
    const inGraph = await graph.post({
      query: 'mutation { ask(input: {question: "ab", maxTokens: 512}) { __typename } }',
    });
    expect([inGraph.status, ...limitHeaders(inGraph).slice(0, 2)]).toEqual([429, '1000', '499']);
  });
});

describe('a charge', () => {
  test('is settled when the client has vanished', async () => {
    const graph = await startGraph();
    const gone = new AbortController();
    const response = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: {
        'x-api-key': graph.key,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: askStream, variables: { input: { question: 'ab', maxTokens: 400 } } }),
      signal: gone.signal,
    });
    expect(response.status).toBe(200);
    const generation = await graph.nextGeneration();
    gone.abort();
    expect(await generation.left.promise).toBe('DISCONNECTED');
    // The work goes on, so the charge stays: nothing is given back in a hurry.
    const row = await platform.database.one<{ seconds: number }>(
      'select extract(epoch from expires_at - charged_at)::float8 as seconds from charges',
    );
    expect(row.seconds).toBeCloseTo(600);
    await announce({ traceId: generation.traceId, completionTokens: 200 });
    await expect.poll(openCharges).toBe(0);
    expect(await tokensLeft('tenant:test')).toBe(1_300);
  });

  test('of which nothing came is given back soon after its operation ended', async () => {
    const budgets = openBudgets();
    const charge = await budgets.charge(principal('key:a'), [demand(400)], 't');
    charge.ended('OK');
    const soon = () =>
      platform.database.query(`select 1 from charges where expires_at < charged_at + interval '10 seconds'`);
    await expect.poll(async () => (await soon()).length).toBe(1);
    await platform.database.query('update charges set expires_at = now()');
    await expect.poll(openCharges).toBe(0);
    expect([await tokensLeft('key:a'), await tokensLeft('tenant:test')]).toEqual([1_000, 1_500]);
  });

  test('of a gateway that was killed is settled, or given back, by another', async () => {
    const killed = openBudgets();
    await killed.charge(principal('key:a'), [demand(300)], 'a'.repeat(32));
    await killed.charge(principal('key:a'), [demand(200)], 'b'.repeat(32));
    await killed.close();
    await announce({ traceId: 'a'.repeat(32), completionTokens: 100 });
    await expect.poll(openCharges).toBe(1);
    expect(await tokensLeft('key:a')).toBe(700);
    openBudgets();
    await platform.database.query('update charges set expires_at = now()');
    await expect.poll(openCharges).toBe(0);
    expect(await tokensLeft('key:a')).toBe(900);
  });

  test('is settled once, however often its generation is announced, and late ones are the tenant’s', async () => {
    const budgets = openBudgets();
    await budgets.charge(principal('key:a'), [demand(300), demand(300)], 'c'.repeat(32));
    for (const completionTokens of [10, 20, 30])
      await announce({ traceId: 'c'.repeat(32), completionTokens });
    await expect.poll(() => tokensLeft('tenant:test')).toBe(1_440);
    expect(await tokensLeft('key:a')).toBe(970);
    const [usage] = await createBudgetStore(platform.database).dailyUsage('test', 1);
    expect(usage).toMatchObject({ generations: 3, completionTokens: 60, deviceMs: 30 });
  });

  test('of reading texts is settled by what it used, once, and its rate is learnt apart from that of generating', async () => {
    const budgets = openBudgets();
    const texts: Demand = { kind: 'reading', model: undefined, promptCharacters: 200, completionTokens: 0 };
    (await budgets.charge(principal('key:a'), [texts], 'd'.repeat(32))).ended('OK');
    expect(await tokensLeft('key:a')).toBe(900);
    await announceReading({ traceId: 'd'.repeat(32), tokens: 40, deviceMs: 4 });
    await expect.poll(openCharges).toBe(0);
    expect([await tokensLeft('key:a'), await tokensLeft('tenant:test')]).toEqual([960, 1_460]);
    const rates = await createBudgetStore(platform.database).rates();
    expect(Object.fromEntries(rates)).toMatchObject({
      'read:use-lite-en': { deviceMsPerToken: expect.closeTo(0.1) },
      'read:*': { tokensPerCharacter: expect.closeTo(0.2) },
    });
    expect(rates.has('*')).toBe(false);
    const [usage] = await createBudgetStore(platform.database).dailyUsage('test', 1);
    expect(usage).toMatchObject({ generations: 0, promptTokens: 40, deviceMs: 4 });
    // The next one is predicted by it.
    const next = openBudgets();
    await next.charge(principal('key:b'), [texts], 'e'.repeat(32));
    expect(await tokensLeft('key:b')).toBe(960);
  });
});

test('a charge takes one statement, whether it is taken or refused', async () => {
  const { database, count } = countQueries(platform.database);
  const store = createBudgetStore({
    ...database,
    transaction: () => Promise.reject(new Error('more than one statement')),
  });
  const budgets = createBudgets({
    store,
    limits,
    metrics: createMetrics({ service: 'gateway', processMetrics: false }),
    onUncharged: fail,
  });
  cleanups.push(() => budgets.close());
  await budgets.charge(principal('key:a'), [demand(600)], 't');
  const before = count();
  await budgets.charge(principal('key:a'), [demand(300), demand(50)], 't');
  await expect(budgets.charge(principal('key:a'), [demand(300)], 't')).rejects.toMatchObject({
    code: 'BUDGET_EXHAUSTED',
    details: { left: { tokens: 50 } },
  });
  expect(count() - before).toBe(2);
  expect([await tokensLeft('key:a'), await openCharges()]).toEqual([50, 3]);
});

describe('works that are announced together', () => {
  test('are settled each by its own charge in one transaction, as one after another would be', async () => {
    // So long that nothing refills meanwhile.
    const budgets = openBudgets({
      windowMs: 1_000 * limits.windowMs,
      perCredential: { tokens: 10_000, deviceMs: 1_000_000 },
      perTenant: { tokens: 100_000, deviceMs: 1_000_000 },
    });
    const traces = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(32));
    for (const [index, traceId] of traces.entries())
      await budgets.charge(principal(`key:${index % 3}`), [demand(100), demand(100)], traceId);
    const before = await settlements();
    // Two of each trace, and one that was charged nowhere.
    const works = [...traces, ...traces, 'f'.repeat(32)];
    await announce(...works.map((traceId) => ({ traceId, completionTokens: 10 })));
    await expect.poll(async () => (await settlements()).messages - before.messages).toBe(25);
    expect(await openCharges()).toBe(0);
    expect(await tokensLeft('tenant:test')).toBe(100_000 - 250);
    const left = await Promise.all([0, 1, 2].map((index) => tokensLeft(`key:${index}`)));
    expect(left).toEqual([9_920, 9_920, 9_920]);
    const [usage] = await createBudgetStore(platform.database).dailyUsage('test', 1);
    expect(usage).toMatchObject({ generations: 25, completionTokens: 250, deviceMs: 250 });
    // What lies in one partition waits for its turn; the partitions do not.
    expect((await settlements()).transactions - before.transactions).toBeLessThan(25);
  });
});

describe('several gateways', () => {
  test('let together no more through than the budget holds', async () => {
    const gateways = [openBudgets(), openBudgets(), openBudgets()];
    const asked = await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        gateways[index % 3]?.charge(principal(`key:${index % 5}`), [demand(100)], 't'),
      ),
    );
    // Five keys of 1,000 each share 1,500 of the tenant.
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(15);
    for (const outcome of asked)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'BUDGET_EXHAUSTED' });
    expect(await tokensLeft('tenant:test')).toBe(0);
  });

  test('refill a budget evenly', async () => {
    const budgets = openBudgets();
    await budgets.charge(principal('key:a'), [demand(1_000)], 't');
    await platform.database.query(`update budgets set updated_at = now() - interval '100 hours'`);
    const [key] = await budgets.stateOf(principal('key:a'));
    expect(key?.left.tokens).toBeCloseTo(100, 0);
    await budgets.charge(principal('key:a'), [demand(100)], 't');
    await expect(budgets.charge(principal('key:a'), [demand(5)], 't')).rejects.toMatchObject({
      code: 'BUDGET_EXHAUSTED',
    });
  });
});

test('while the database is down everyone is let in, and it is counted', async () => {
  const errors: unknown[] = [];
  const budgets = createBudgets({
    store: {
      ...createBudgetStore(platform.database),
      charge: () => Promise.reject(new Error('down')),
    },
    limits,
    metrics: createMetrics({ service: 'gateway', processMetrics: false }),
    onUncharged: (error) => errors.push(error),
  });
  cleanups.push(() => budgets.close());
  const charge = await budgets.charge(principal('key:a'), [demand(2_000)], 't');
  charge.ended('OK');
  expect(errors).toHaveLength(1);
});
