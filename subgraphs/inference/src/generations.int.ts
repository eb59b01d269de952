import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { type Client, createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  askSubscription,
  eventFields,
  generateSubscription,
  type Harness,
  resumeSubscription,
  type Streamed,
  startHarness,
} from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
let harness: Harness;
let client: Client;

beforeAll(async () => {
  harness = await startHarness({ databaseUrl: database.url });
  await harness.register('tiny@1', await writeTinyModel());
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  // Slow enough for a test to act in the middle of 512 tokens, on a loaded machine too.
  await harness.register('slow@1', await writeTinyModel({ layers: 32, isEndless: true }));
  await harness.moveAlias('champion', 'slow@1');
  await harness.deploymentIs('slow@1', 'READY');
  client = await harness.subgraph.webSocketClient();
});

afterAll(() => harness.close());

const prompt = 'What is the capital of France?';
const testIdentity = { subject: 'test', tenant: 'test', roles: [], scopes: ['inference:ask'] };
const slow = { prompt, model: 'slow', maxTokens: 512 };

async function* stream(
  query: string,
  variables: Record<string, unknown>,
  from = client,
): AsyncGenerator<Streamed> {
  for await (const { data, errors } of from.iterate<Record<string, Streamed>>({ query, variables })) {
    if (errors) throw errors[0];
    const event = Object.values(data ?? {})[0];
    if (event) yield event;
  }
}

async function collect(events: AsyncGenerator<Streamed>): Promise<Streamed[]> {
  const all: Streamed[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const textOf = (events: readonly Streamed[]): string => events.map(({ text }) => text ?? '').join('');

test('a generate streams started, routed, its tokens and its end, with gapless sequences', async () => {
  const events = await collect(stream(generateSubscription, { input: { prompt, maxTokens: 20 } }));
  expect(events.map(({ __typename }) => __typename)).toEqual([
    'GenerationStarted',
    'GenerationRouted',
    ...Array.from({ length: 20 }, () => 'TokenGenerated'),
    'GenerationCompleted',
  ]);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)).toMatchObject({
    finishReason: 'LENGTH',
    generation: { status: 'COMPLETED', text: textOf(events) },
  });
});

test('the mutation gives the very text of the subscription, and the row keeps it with its tokens', async () => {
  const input = { prompt, maxTokens: 16, temperature: 0.8, seed: 5 };
  const events = await collect(stream(generateSubscription, { input }));
  const { data } = await harness.subgraph.request<{
    generate: { id: string; text: string; seed: number; tokens: { text: string }[] };
  }>(
    `mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation { id text seed tokens { text } } } }`,
    { input },
  );
  expect(data?.generate).toMatchObject({ text: textOf(events), seed: 5 });
  const stored = await harness.subgraph.request<{
    generation: { text: string; tokens: { text: string }[]; status: string };
  }>(
    `query ($id: ID!) { generation(id: $id) { text status tokens { index text tokenId logProbability } } }`,
    { id: data?.generate.id },
  );
  expect(stored.data?.generation.tokens.map(({ text }) => text).join('')).toBe(textOf(events));
});

test('several streams at once each have the text that they have alone', async () => {
  const inputs = Array.from({ length: 6 }, (_, seed) => ({
    prompt: `${prompt} ${seed}`,
    maxTokens: 24,
    temperature: 1,
    seed,
  }));
  const together = await Promise.all(inputs.map((input) => collect(stream(generateSubscription, { input }))));
  for (const [index, input] of inputs.entries()) {
    expect(textOf(together[index] ?? [])).toBe(
      textOf(await collect(stream(generateSubscription, { input }))),
    );
  }
});

test('a client that resumes after a cursor gets exactly the events behind it', async () => {
  const all = await collect(stream(generateSubscription, { input: { prompt, maxTokens: 30 } }));
  const id = all[0]?.generation.id;
  for (const seen of [1, 7, all.length - 1]) {
    const rest = await collect(stream(resumeSubscription, { id, after: all[seen - 1]?.cursor }));
    expect(rest).toEqual(all.slice(seen));
  }
});

test('who asks again behind a cursor gets exactly the events behind it, and starts nothing', async () => {
  const input = { prompt, maxTokens: 30 };
  const all = await collect(stream(generateSubscription, { input }));
  // Were it started again, it would be another generation, of another text.
  const again = { prompt: 'Something else', maxTokens: 3 };
  for (const seen of [1, 7, all.length - 1]) {
    const rest = await collect(stream(generateSubscription, { input: again, after: all[seen - 1]?.cursor }));
    expect(rest).toEqual(all.slice(seen));
  }
  const asked = collect(stream(askSubscription, { input: { question: 'Why?' }, after: all[4]?.cursor }));
  expect(await asked).toEqual(all.slice(5));
  for (const after of ['nonsense', '', Buffer.from('nobody:1').toString('base64url')]) {
    const refused = collect(stream(generateSubscription, { input, after }));
    const code = after.length > 8 ? 'NOT_FOUND' : 'INVALID_CURSOR';
    await expect(refused).rejects.toMatchObject({ extensions: { code } });
  }
  const stranger = await harness.subgraph.webSocketClient({ tenant: 'stranger' });
  const foreign = collect(stream(generateSubscription, { input, after: all[0]?.cursor }, stranger));
  await expect(foreign).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
});

test('a cursor of another generation and a generation of another tenant are refused', async () => {
  const [first] = await collect(stream(generateSubscription, { input: { prompt, maxTokens: 2 } }));
  const [other] = await collect(stream(generateSubscription, { input: { prompt, maxTokens: 2 } }));
  const refused = collect(stream(resumeSubscription, { id: first?.generation.id, after: other?.cursor }));
  await expect(refused).rejects.toMatchObject({ extensions: { code: 'INVALID_CURSOR' } });
  const stranger = await harness.subgraph.webSocketClient({ tenant: 'stranger' });
  const foreign = collect(stream(resumeSubscription, { id: first?.generation.id }, stranger));
  await expect(foreign).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
});

test('unsubscribing cancels the generation and frees its slot', async () => {
  const events = stream(generateSubscription, { input: slow });
  let id = '';
  for await (const event of events) {
    id = event.generation.id;
    if (event.sequence === 5) break;
  }
  const rest = await collect(stream(resumeSubscription, { id }));
  expect(rest.at(-1)).toMatchObject({ __typename: 'GenerationCompleted', finishReason: 'CANCELLED' });
  expect(rest.length).toBeLessThan(500);
  expect(harness.inference.pool.snapshots()[0]).toMatchObject({ activeSequences: 0, queuedRequests: 0 });
});

test('cancelGeneration keeps the text so far, and says so when the generation had ended', async () => {
  const cancel = `mutation ($id: ID!) { cancelGeneration(id: $id) { __typename
    ... on Generation { status finishReason text } ... on AlreadyFinished { generation { status } } ... on NotFound { id } } }`;
  const events = stream(generateSubscription, { input: slow });
  const seen: Streamed[] = [];
  let cancelled: unknown;
  for await (const event of events) {
    seen.push(event);
    if (event.sequence === 4) cancelled = await harness.subgraph.request(cancel, { id: event.generation.id });
  }
  expect(cancelled).toMatchObject({
    data: {
      cancelGeneration: {
        __typename: 'Generation',
        status: 'CANCELLED',
        finishReason: 'CANCELLED',
        text: textOf(seen),
      },
    },
  });
  const again = await harness.subgraph.request(cancel, { id: seen[0]?.generation.id });
  expect(again).toMatchObject({
    data: { cancelGeneration: { __typename: 'AlreadyFinished', generation: { status: 'CANCELLED' } } },
  });
  const nothing = await harness.subgraph.request(cancel, { id: 'nothing' });
  expect(nothing).toMatchObject({ data: { cancelGeneration: { __typename: 'NotFound', id: 'nothing' } } });
});

test('the same idempotency key joins the generation, and another prompt under it is refused', async () => {
  const mutation = `mutation ($input: GenerateInput!) { generate(input: $input) { __typename
    ... on Generation { id } ... on InvalidInput { field } } }`;
  const input = { prompt, maxTokens: 8, idempotencyKey: 'once' };
  const [first, second] = await Promise.all([
    harness.subgraph.request<{ generate: { id: string } }>(mutation, { input }),
    harness.subgraph.request<{ generate: { id: string } }>(mutation, { input }),
  ]);
  expect(first?.data?.generate.id).toBe(second?.data?.generate.id);
  const other = await harness.subgraph.request(mutation, { input: { ...input, prompt: 'Something else' } });
  expect(other).toMatchObject({
    data: { generate: { __typename: 'InvalidInput', field: 'input.idempotencyKey' } },
  });
});

test('what is wrong with an input is told by type, and nothing is started', async () => {
  const mutation = `mutation ($input: GenerateInput!) { generate(input: $input) { __typename
    ... on InvalidInput { field message } ... on UnknownModel { model available } } }`;
  const refused = async (input: object) =>
    (await harness.subgraph.request(mutation, { input })).data?.['generate'];
  expect(await refused({ prompt: ' ' })).toMatchObject({ __typename: 'InvalidInput', field: 'input.prompt' });
  expect(await refused({ prompt, temperature: 3 })).toMatchObject({ field: 'input.temperature' });
  expect(await refused({ prompt: 'word '.repeat(1_500) })).toMatchObject({
    field: 'input.prompt',
    message: expect.stringContaining('1024'),
  });
  expect(await refused({ prompt, model: 'ghost' })).toEqual({
    __typename: 'UnknownModel',
    model: 'ghost',
    available: expect.arrayContaining(['tiny', 'tiny@champion', 'tiny@1']),
  });
});

test('a model version of another tenant does not exist, and its own tenant has it', async () => {
  await harness.register('private@1', await writeTinyModel({ seed: 4 }), { tenant: 'acme' });
  const mutation = `mutation { generate(input: { prompt: "x", model: "private@1", maxTokens: 2 }) { __typename } }`;
  const ask = async (tenant: string) =>
    (await harness.subgraph.request(mutation, {}, { tenant })).data?.['generate'];
  await expect.poll(() => ask('acme')).toEqual({ __typename: 'Generation' });
  expect(await ask('test')).toEqual({ __typename: 'UnknownModel' });
  const deployments = await harness.subgraph.request('{ deployments { modelVersion { id } } }');
  expect(JSON.stringify(deployments.data)).not.toContain('private');
});

test('a message that cannot be read does not hold up those behind it', async () => {
  await harness.announce('alias.moved', { nonsense: true });
  await harness.moveAlias('staging', 'tiny@1');
  await harness.aliasServes('staging', 'tiny@1');
});

test('a client that does not read holds up nobody, and has every event once it reads', async () => {
  const sockets: WebSocket[] = [];
  class Recorded extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  }
  const sleepy = createClient({
    url: harness.subgraph.url.replace('http', 'ws'),
    webSocketImpl: Recorded,
    connectionParams: { identity: await harness.platform.identity.connection('inference') },
    retryAttempts: 0,
  });
  const seen: Streamed[] = [];
  for await (const event of stream(generateSubscription, { input: slow }, sleepy)) {
    seen.push(event);
    if (event.sequence !== 1) continue;
    sockets[0]?.pause();
    const others = await collect(stream(generateSubscription, { input: { prompt, maxTokens: 64 } }));
    expect(others.at(-1)).toMatchObject({ finishReason: 'LENGTH' });
    await hasCompleted(event.generation.id);
    sockets[0]?.resume();
  }
  await sleepy.dispose();
  expect(seen.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 515 }, (_, index) => index + 1));
  expect(seen.at(-1)?.generation.text).toBe(textOf(seen));
});

async function hasCompleted(id: string, tenant = 'test'): Promise<void> {
  const query = 'query ($id: ID!) { generation(id: $id) { completedAt } }';
  await expect
    .poll(() => harness.subgraph.request(query, { id }, { tenant }), { timeout: 30_000 })
    .toMatchObject({ data: { generation: { completedAt: expect.any(String) } } });
}

const refusable = `mutation ($input: GenerateInput!) {
  generate(input: $input) { __typename ... on Overloaded { message retryAfterMs } } }`;
type Refusable = { generate: { __typename: string; message?: string; retryAfterMs?: number } };

/** Begins so many streams of a tenant, and says which generations they are. */
async function hold(tenant: string, count: number) {
  const from = await harness.subgraph.webSocketClient({ tenant });
  const streams = Array.from({ length: count }, () => stream(generateSubscription, { input: slow }, from));
  const begun = await Promise.all(streams.map((events) => events.next()));
  return { tenant, streams, ids: begun.map(({ value }) => (value as Streamed).generation.id) };
}
type Held = Awaited<ReturnType<typeof hold>>;

/** Unsubscribing is not answered: without their end the queue could be found full by what comes next. */
async function letGo(held: readonly Held[]): Promise<void> {
  await Promise.all(held.flatMap(({ streams }) => streams.map((events) => events.return(undefined))));
  await Promise.all(held.flatMap(({ tenant, ids }) => ids.map((id) => hasCompleted(id, tenant))));
}

/** Slots are told apart from places in the queue by who has begun. */
async function haveBegun({ tenant, ids }: Held, count: number): Promise<void> {
  const query = 'query ($id: ID!) { generation(id: $id) { status } }';
  const running = async (): Promise<number> => {
    const answers = await Promise.all(
      ids.map((id) =>
        harness.subgraph.request<{ generation: { status: string } }>(query, { id }, { tenant }),
      ),
    );
    return answers.filter(({ data }) => data?.generation.status === 'RUNNING').length;
  };
  await expect.poll(running, { timeout: 30_000 }).toBe(count);
}

test('one tenant fills the slots and half of the queue, and the next ones still find places', async () => {
  const input = { prompt, maxTokens: 1 };
  const first = await hold('test', 8);
  await haveBegun(first, 4);
  const refused = await harness.subgraph.request<Refusable>(refusable, { input });
  expect(refused.data?.generate).toEqual({
    __typename: 'Overloaded',
    message: 'All slots are taken and 4 requests of your tenant, which is its share of the queue, wait.',
    retryAfterMs: expect.any(Number),
  });
  const streamed = stream(generateSubscription, { input });
  await expect(streamed.next()).rejects.toMatchObject({
    extensions: { code: 'OVERLOADED', retryAfterMs: expect.any(Number) },
  });
  // Each has less to take than the one before, and nobody is the last.
  const later = [await hold('second', 2), await hold('third', 1), await hold('fourth', 1)];
  const tooLate = await harness.subgraph.request<Refusable>(refusable, { input }, { tenant: 'fifth' });
  await letGo([first, ...later]);
  expect(tooLate.data?.generate.message).toBe('All slots are taken and 8 requests wait.');
  const metrics = await harness.platform.metrics.registry.metrics();
  expect(metrics).toMatch(/fathom_generations_refused_total\{reason="TENANT_SHARE"[^}]*\} 2/);
  expect(metrics).toMatch(/fathom_generations_refused_total\{reason="QUEUE_FULL"[^}]*\} 1/);
});

test('a full queue refuses with the time to come back, ten thousand at once as well', async () => {
  const held = [await hold('test', 8)];
  await haveBegun(held[0]!, 4);
  for (const [tenant, count] of [
    ['second', 2],
    ['third', 1],
    ['fourth', 1],
  ] as const)
    held.push(await hold(tenant, count));
  const refused = await harness.subgraph.request<Refusable>(refusable, { input: { prompt, maxTokens: 1 } });
  const caller = { identity: testIdentity, traceId: '0'.repeat(32) };
  const many = Array.from({ length: 10_000 }, () =>
    harness.inference.generations.generate(caller, { prompt, maxTokens: 1 }),
  );
  const kinds = new Set((await Promise.all(many)).map(({ kind }) => kind));
  await letGo(held);
  expect([...kinds]).toEqual(['overloaded']);
  expect(refused.data?.generate.__typename).toBe('Overloaded');
  expect(refused.data?.generate.retryAfterMs).toBeGreaterThanOrEqual(100);
});

test('a scope that is missing is refused', async () => {
  const asked = await harness.subgraph.request(
    'mutation { generate(input: { prompt: "x" }) { __typename } }',
    {},
    { scopes: ['inference:read'] },
  );
  expect(asked.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  const read = await harness.subgraph.request('{ devices { id } }', {}, { scopes: ['inference:ask'] });
  expect(read.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
});

test('when the worker is killed in the middle of streams each goes on without a gap', async () => {
  const input = { ...slow, maxTokens: 200 };
  const expected = await collect(stream(generateSubscription, { input }));
  const streams = [1, 2].map(async (which) => {
    const seen: Streamed[] = [];
    for await (const event of stream(generateSubscription, { input })) {
      seen.push(event);
      if (which === 1 && event.sequence === 20) await harness.inference.pool.devices[0]?.killWorker();
    }
    return seen;
  });
  for (const seen of await Promise.all(streams)) {
    expect(textOf(seen)).toBe(textOf(expected));
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, index) => index + 1));
  }
});

test('the page of generations shows the newest first and only the own tenant', async () => {
  const query = `query ($first: Int, $after: String) { generations(first: $first, after: $after) {
    edges { cursor node { id createdAt } } pageInfo { hasNextPage endCursor } } }`;
  type Page = {
    generations: {
      edges: { node: { id: string; createdAt: string } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
  };
  const first = await harness.subgraph.request<Page>(query, { first: 2 });
  const second = await harness.subgraph.request<Page>(query, {
    first: 2,
    after: first.data?.generations.pageInfo.endCursor,
  });
  const nodes = [first, second].flatMap(({ data }) => data?.generations.edges.map(({ node }) => node) ?? []);
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(4);
  const times = nodes.map(({ createdAt }) => createdAt);
  expect([...times].sort().reverse()).toEqual(times);
  const stranger = await harness.subgraph.request<Page>(query, {}, { tenant: 'stranger' });
  expect(stranger.data?.generations.edges).toEqual([]);
});

test('a running generation shows its text so far to queries', async () => {
  const query = `query ($id: ID!) { generation(id: $id) { status text tokens { text } usage { completionTokens } } }`;
  let seenWhileRunning: unknown;
  let shown = '';
  for await (const event of stream(generateSubscription, { input: slow })) {
    shown += event.text ?? '';
    if (event.sequence !== 10) continue;
    seenWhileRunning = (await harness.subgraph.request(query, { id: event.generation.id })).data?.[
      'generation'
    ];
    expect((seenWhileRunning as { text: string }).text.startsWith(shown)).toBe(true);
    break;
  }
  expect(seenWhileRunning).toMatchObject({ status: 'RUNNING' });
});

test('a subscription refuses with typed errors', async () => {
  const refused = collect(stream(generateSubscription, { input: { prompt: '' } }));
  await expect(refused).rejects.toMatchObject({
    extensions: { code: 'INVALID_INPUT', field: 'input.prompt' },
  });
  const unknown = collect(
    stream(`subscription { ask(input: { question: "x", model: "ghost" }) { ${eventFields} } }`, {}),
  );
  await expect(unknown).rejects.toMatchObject({
    extensions: {
      code: 'UNKNOWN_MODEL',
      available: expect.arrayContaining(['tiny', 'tiny@champion', 'tiny@1']),
    },
  });
});
