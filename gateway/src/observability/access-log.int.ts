/** The access log as an operator reads it: a line an operation, whichever way it came, and one a request that is no operation. */
import { createHash } from 'node:crypto';
import { createLogger } from '@fathom/platform/logging';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OpenAiGraph, startOpenAiGraph } from '../../test/openai-graph.ts';
import { readEvents } from '../../test/sse-client.ts';
import { collect, startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { parseApiKey } from '../auth/api-key.ts';

type Line = Readonly<Record<string, unknown>>;

function createLog() {
  const texts: string[] = [];
  const logger = createLogger({
    service: 'gateway',
    level: 'info',
    destination: { write: (line) => texts.push(line) },
  });
  return {
    logger,
    texts,
    lines: (action: string): readonly Line[] =>
      texts.map((text) => JSON.parse(text) as Line).filter((line) => line['event.action'] === action),
  };
}

const patient = { timeout: 30_000 };
const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const secret = 'sesame-4711';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

describe('an operation', () => {
  const log = createLog();
  let graph: TestGraph;
  let credential: string;
  beforeAll(async () => {
    graph = await startTestGraph({}, {}, { logger: log.logger });
    credential = `key:${graph.key.split('_')[1]}`;
  });
  beforeEach(() => {
    log.texts.length = 0;
  });
  afterAll(() => graph.close());

  const named = 'query Told($topic: String!) { message(topic: $topic) { text } }';

  /** The only line, once it is there. */
  async function onlyLine(): Promise<Line> {
    await expect.poll(() => log.lines('graphql').length, patient).toBe(1);
    const [line = {}] = log.lines('graphql');
    return line;
  }
  const whoAndWhich = () => ({
    'trace.id': traceId,
    'user.id': credential,
    'organization.id': 'test',
    'event.outcome': 'OK',
    'event.duration': expect.any(Number),
    'graphql.operation.hash': expect.stringMatching(/^[0-9a-f]{16}$/),
  });

  test('over HTTP has one line with what it was, what it could cost, who sent it, and what was answered', async () => {
    const body = { query: named, variables: { topic: secret } };
    const answer = await graph.post(body, { traceparent, 'x-password': secret });
    const text = await answer.text();
    expect(await onlyLine()).toMatchObject({
      ...whoAndWhich(),
      'network.protocol': 'http',
      'graphql.operation.name': 'Told',
      'graphql.operation.type': 'query',
      'graphql.operation.cost': 1,
      'http.response.status_code': 200,
      'http.response.body.bytes': Buffer.byteLength(text),
    });
    expect(text).toContain(secret);
    expect(log.texts.join()).not.toContain(secret);
    expect(log.texts.join()).not.toContain(graph.key);
  });

  test('of a batch has a line of its own, and the bytes are those of its part of the answer', async () => {
    const answer = await graph.post(
      [{ query: 'query One { whoami }' }, { query: 'query Two { message(topic: "ü") { text } }' }],
      { traceparent },
    );
    const parts = (await answer.json()) as object[];
    await expect.poll(() => log.lines('graphql').length, patient).toBe(2);
    for (const [index, name] of ['One', 'Two'].entries())
      expect(log.lines('graphql').find((line) => line['graphql.operation.name'] === name)).toMatchObject({
        ...whoAndWhich(),
        'http.response.body.bytes': Buffer.byteLength(JSON.stringify(parts[index])),
      });
  });

  test('that streams has its line when it ends, with the bytes of all events, by server-sent events and in parts', async () => {
    for (const [accept, protocol] of [
      ['text/event-stream', 'sse'],
      ['multipart/mixed;subscriptionSpec="1.0", application/json', 'multipart'],
    ]) {
      log.texts.length = 0;
      const query = `subscription Said { said(topic: "${secret}") { text } }`;
      const answer = graph.post({ query }, { accept: accept ?? '', traceparent });
      const topic = await graph.chat.nextTopic();
      topic.queue.push({ text: 'a' });
      topic.queue.push({ text: 'ü' });
      expect(log.lines('graphql')).toEqual([]);
      topic.queue.end();
      await (await answer).text();
      const bytes = ['a', 'ü'].map((text) => Buffer.byteLength(JSON.stringify({ data: { said: { text } } })));
      expect(await onlyLine()).toMatchObject({
        ...whoAndWhich(),
        'network.protocol': protocol,
        'graphql.operation.type': 'subscription',
        'http.response.status_code': 200,
        'http.response.body.bytes': (bytes[0] ?? 0) + (bytes[1] ?? 0),
      });
      expect(log.texts.join()).not.toContain(secret);
    }
  });

  test('over a WebSocket has its line under the trace that it came with, whether its events pass as they are or not', async () => {
    for (const selection of ['text', 'text author { name }']) {
      log.texts.length = 0;
      const client = graph.client({ apiKey: graph.key, traceparent });
      const events = collect(client, `subscription Said { said(topic: "a") { ${selection} } }`);
      const first = events.next();
      const topic = await graph.chat.nextTopic();
      topic.queue.push({ text: 'a', author: 'ada' });
      await first;
      topic.queue.end();
      expect(await events.ended()).toBe(true);
      const line = await onlyLine();
      expect(line).toMatchObject({
        ...whoAndWhich(),
        'network.protocol': 'websocket',
        'graphql.operation.name': 'Said',
      });
      expect(line['http.response.body.bytes']).toBeGreaterThan(
        Buffer.byteLength(JSON.stringify(await first)),
      );
      expect(line['http.response.status_code']).toBeUndefined();
      await client.dispose();
    }
  });

  test('that is left has a line that says how', async () => {
    const client = graph.client({ apiKey: graph.key, traceparent });
    const events = collect(client, 'subscription Said { said(topic: "a") { text } }');
    void events.next().catch(() => undefined);
    const topic = await graph.chat.nextTopic();
    events.unsubscribe();
    await topic.left.promise;
    expect(await onlyLine()).toMatchObject({ ...whoAndWhich(), 'event.outcome': 'unsubscribed' });
  });

  describe('that is refused has a line with as much as was known of it:', () => {
    const hash = 'graphql.operation.hash';
    const name = 'graphql.operation.name';
    const type = 'graphql.operation.type';
    const cost = 'graphql.operation.cost';
    const costly = 'query Costly { messages(first: 1000000) { text } }';
    const style = 'query Style($input: StyleInput!) { style(input: $input) }';
    const said = 'subscription Said { said(topic: "a") { text } }';
    test.each<[string, object, string, Line]>([
      ['no GraphQL', { query: `{ ${secret}` }, 'GRAPHQL_PARSE_FAILED', { [hash]: hashOf(`{ ${secret}`) }],
      [
        'an unknown field',
        { query: '{ nope }' },
        'GRAPHQL_VALIDATION_FAILED',
        { [hash]: hashOf('{ nope }') },
      ],
      [
        'a hash alone',
        { extensions: { persistedQuery: { version: 1, sha256Hash: 'ab'.repeat(32) } } },
        'PERSISTED_QUERY_NOT_FOUND',
        { [hash]: 'ab'.repeat(8) },
      ],
      [
        'variables that do not fit',
        { query: style, variables: { input: { tone: secret } } },
        'BAD_USER_INPUT',
        { [hash]: hashOf(style), [name]: 'Style', [type]: 'query' },
      ],
      [
        'too costly',
        { query: costly },
        'OPERATION_TOO_COSTLY',
        { [hash]: hashOf(costly), [name]: 'Costly', [type]: 'query', [cost]: 1_000_000 },
      ],
      [
        'sent in the wrong way',
        { query: said },
        'OPERATION_NEEDS_STREAM',
        { [hash]: hashOf(said), [name]: 'Said', [type]: 'subscription', [cost]: 1 },
      ],
    ])('%s', async (_, body, outcome, known) => {
      const answer = await graph.post(body, { traceparent });
      const line = await onlyLine();
      const facts = Object.fromEntries(
        Object.entries(line).filter(([field]) => field.startsWith('graphql.')),
      );
      expect(facts).toEqual(known);
      expect(line).toMatchObject({
        'trace.id': traceId,
        'event.outcome': outcome,
        'network.protocol': 'http',
        'user.id': credential,
        'http.response.status_code': answer.status,
      });
      expect(line['event.duration']).toBeGreaterThan(0);
      expect(log.texts.join()).not.toContain(secret);
    });

    test('within a batch or a stream, with the status that these have', async () => {
      const batch = await graph.post([{ query: '{ nope }' }]);
      expect([batch.status, (await onlyLine())['http.response.status_code']]).toEqual([200, 200]);
      log.texts.length = 0;
      const stream = await graph.post({ query: '{ nope }' }, { accept: 'text/event-stream' });
      expect([stream.status, (await onlyLine())['http.response.status_code']]).toEqual([200, 200]);
      await stream.text();
    });

    test('by a wrong key, or where nothing is, with the status that says so', async () => {
      const wrong = await graph.post({ query: '{ whoami }' }, { 'x-api-key': 'wrong' });
      expect([wrong.status, (await onlyLine())['http.response.status_code']]).toEqual([401, 401]);
      log.texts.length = 0;
      const nowhere = await fetch(`${graph.url}/nowhere`, { method: 'POST' });
      expect([nowhere.status, (await onlyLine())['http.response.status_code']]).toEqual([405, 405]);
    });

    test('one too many on a WebSocket', async () => {
      const query = 'subscription One { said(topic: "a") { text } }';
      const client = graph.client();
      const open = Array.from({ length: 100 }, () => collect(client, query));
      const waiting = open.map((stream) => stream.next().catch(() => undefined));
      for (const _ of open) await graph.chat.nextTopic();
      await expect(collect(client, query).next()).rejects.toBeDefined();
      expect(await onlyLine()).toMatchObject({
        'event.outcome': 'TOO_MANY_STREAMS',
        'event.duration': expect.any(Number),
        'network.protocol': 'websocket',
        'user.id': credential,
        [hash]: hashOf(query),
      });
      expect(log.lines('graphql')[0]).not.toHaveProperty(['http.response.status_code']);
      await client.dispose();
      await Promise.all(waiting);
      await expect.poll(() => log.lines('graphql').length, patient).toBe(101);
    });
  });

  test('by names that nobody knows makes no more series than are allowed, nor does a name of any length', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `Invented${index}`);
    for (let at = 0; at < names.length; at += 10)
      await graph.post(names.slice(at, at + 10).map((name) => ({ query: `query ${name} { __typename }` })));
    const long = `L${'o'.repeat(100_000)}ng`;
    await graph.post({ query: `query ${long} { __typename }` });
    await graph.post({ query: 'query PlatformHealth { whoami }' });
    const text = await (await fetch(`${graph.url}/metrics`)).text();
    const labels = new Set(
      [...text.matchAll(/operations_total\{[^}]*operation="([^"]*)"/g)].map(([, name]) => name),
    );
    expect(labels.size).toBeLessThan(310);
    expect(labels).toContain('other');
    // Operations that are checked in are counted by themselves, whatever others came first.
    expect(labels).toContain('PlatformHealth');
    expect(text.length).toBeLessThan(1_000_000);
    const lengths = log.lines('graphql').map((line) => String(line['graphql.operation.name']).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(100);
  });
});

describe('a request that is no operation', () => {
  const log = createLog();
  let graph: OpenAiGraph;
  beforeAll(async () => {
    graph = await startOpenAiGraph({}, { logger: log.logger });
  });
  beforeEach(() => {
    log.texts.length = 0;
  });
  afterAll(() => graph.close());

  test('of the OpenAI API has one line, and each operation that it became has one under the same trace', async () => {
    const answer = fetch(`${graph.url}/v1/chat/completions?key=${secret}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${graph.key}`,
        traceparent,
      },
      body: JSON.stringify({ messages: [{ role: 'user', content: secret }], n: 2, stream: true }),
    });
    await Promise.all([graph.willSay('a'), graph.willSay('b')]);
    for await (const _ of readEvents(await answer));
    await expect.poll(() => log.lines('http').length, patient).toBe(1);
    expect(log.lines('http')).toMatchObject([
      {
        'trace.id': traceId,
        'event.outcome': 'OK',
        'http.request.method': 'POST',
        'url.path': '/v1/chat/completions',
        'http.response.status_code': 200,
        'user.id': `key:${graph.key.split('_')[1]}`,
        'organization.id': 'test',
      },
    ]);
    expect(log.lines('http')[0]?.['http.response.bytes']).toBeGreaterThan(100);
    await expect.poll(() => log.lines('graphql').length, patient).toBe(2);
    for (const line of log.lines('graphql'))
      expect(line).toMatchObject({
        'trace.id': traceId,
        'network.protocol': 'openai',
        'graphql.operation.name': 'Ask',
        'graphql.operation.cost': expect.any(Number),
      });
    expect(log.texts.join()).not.toContain(secret);
    expect(log.texts.join()).not.toContain(graph.key);
  });

  test('whose operation is refused has a line for it with what it was', async () => {
    const { key } = await graph.issueKey({ operationsPerWindow: 1 });
    const models = () =>
      fetch(`${graph.url}/v1/models`, { headers: { authorization: `Bearer ${key}`, traceparent } });
    await models();
    expect((await models()).status).toBe(429);
    const refused = () => log.lines('graphql').filter((line) => line['event.outcome'] === 'RATE_LIMITED');
    await expect.poll(() => refused().length, patient).toBe(1);
    expect(refused()[0]).toMatchObject({
      'network.protocol': 'openai',
      'user.id': `key:${parseApiKey(key)?.id}`,
      'graphql.operation.hash': expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  test('of tools and of uploads has one line as well, without what its URL asks', async () => {
    const headers = { authorization: `Bearer ${graph.key}`, traceparent };
    await fetch(`${graph.url}/mcp`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    await fetch(`${graph.url}/uploads/training/upload_1/0?offset=${secret}`, { method: 'HEAD', headers });
    await expect.poll(() => log.lines('http').length, patient).toBe(2);
    expect(
      log
        .lines('http')
        .map((line) =>
          ['http.request.method', 'url.path', 'http.response.status_code', 'trace.id', 'user.id'].map(
            (field) => line[field],
          ),
        )
        .sort(),
    ).toEqual([
      ['HEAD', '/uploads/training/upload_1/0', 404, traceId, `key:${graph.key.split('_')[1]}`],
      ['POST', '/mcp', 200, traceId, `key:${graph.key.split('_')[1]}`],
    ]);
    expect(log.texts.join()).not.toContain(secret);
  });

  test('has its line where it is refused, and where its client leaves', async () => {
    await graph.postJson(`audio/speech`, {});
    await expect.poll(() => log.lines('http').length, patient).toBe(1);
    expect(log.lines('http')[0]).toMatchObject({
      'url.path': '/v1/audio/speech',
      'http.response.status_code': 404,
    });
    log.texts.length = 0;
    const leaving = new AbortController();
    const answer = graph.openai.chat.completions.create(
      { model: 'fathom', messages: [{ role: 'user', content: 'Why?' }] },
      { signal: leaving.signal },
    );
    answer.catch(() => undefined);
    const asked = await graph.nextGeneration();
    leaving.abort();
    await asked.left.promise;
    await expect.poll(() => log.lines('http').length, patient).toBe(1);
    expect(log.lines('http')[0]).toMatchObject({ 'event.outcome': 'disconnected' });
  });
});

test('a request for a token has its line, with who was given one, and none of what was sent or given', async () => {
  const log = createLog();
  const oauth = { issuer: undefined, audience: 'fathom', tokenLifetimeMs: 60_000, keyLifetimeMs: 60_000 };
  const oauthKeys = { publish: async () => undefined, list: async () => [] };
  const graph = await startTestGraph({ oauth }, {}, { logger: log.logger, oauthKeys });
  const { id = '', secret: clientSecret = '' } = parseApiKey(graph.key) ?? {};
  const ask = (secretSent: string) =>
    fetch(`${graph.url}/oauth/token?hint=${secret}`, {
      method: 'POST',
      headers: { traceparent },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: id,
        client_secret: secretSent,
      }),
    });
  const given = (await (await ask(clientSecret)).json()) as { access_token: string };
  expect((await ask(secret)).status).toBe(401);
  await expect.poll(() => log.lines('http').length, patient).toBe(2);
  const line = { 'trace.id': traceId, 'http.request.method': 'POST', 'url.path': '/oauth/token' };
  expect(log.lines('http')).toMatchObject([
    { ...line, 'http.response.status_code': 200, 'user.id': `key:${id}`, 'organization.id': 'test' },
    { ...line, 'http.response.status_code': 401 },
  ]);
  for (const hidden of [secret, clientSecret, given.access_token])
    expect(log.texts.join()).not.toContain(hidden);
  await graph.close();
});
