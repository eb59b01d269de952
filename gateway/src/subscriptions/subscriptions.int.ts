/** Subscriptions through a real gateway, over real sockets, from real subgraphs. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  chatSdl,
  collect,
  composeTestSupergraph,
  type GraphQLAnswer,
  peopleSdl,
  startTestGraph,
  type TestGraph,
} from '../../test/test-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph();
});
afterAll(() => graph.close());

/** What one event looks like to the client. */
async function oneEvent(
  query: string,
  event: object,
  variables: Record<string, unknown> = {},
): Promise<GraphQLAnswer> {
  const results = collect(graph.client(), query, variables);
  const first = results.next();
  const topic = await graph.chat.nextTopic();
  topic.queue.push({ text: 'one', ...event });
  const answer = await first;
  results.unsubscribe();
  await topic.left.promise;
  return answer;
}

describe('a subscription', () => {
  test('relays each event of the subgraph and its end', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text } }');
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one' });
    expect(await first).toEqual({ data: { said: { text: 'one' } } });
    topic.queue.push({ text: 'two' });
    expect(await said.next()).toEqual({ data: { said: { text: 'two' } } });
    topic.queue.end();
    expect(await said.ended()).toBe(true);
  });

  test('fetches what other subgraphs own, for each event', async () => {
    const said = collect(
      graph.client(),
      'subscription { said(topic: "a") { words: text author { id called: name } } }',
    );
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one', author: 'ada' });
    expect(await first).toEqual({ data: { said: { words: 'one', author: { id: 'ada', called: 'Ada' } } } });
    topic.queue.push({ text: 'two', author: 'bob' });
    expect(await said.next()).toEqual({
      data: { said: { words: 'two', author: { id: 'bob', called: 'Bob' } } },
    });
    said.unsubscribe();
  });

  test('fetches an entity once for events that follow each other closely, and again where it failed', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text author { name shy } } }');
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    const before = graph.chat.entityBatches.length;
    topic.queue.push({ text: 'one', author: 'ada' });
    expect((await first).errors).toHaveLength(1);
    topic.queue.push({ text: 'two', author: 'ada' });
    expect((await said.next()).errors).toHaveLength(1);
    expect(graph.chat.entityBatches.length).toBe(before + 2);
    said.unsubscribe();

    const named = collect(graph.client(), 'subscription { said(topic: "a") { text author { name } } }');
    const opening = named.next();
    const names = await graph.chat.nextTopic();
    const afterwards = graph.chat.entityBatches.length;
    for (let index = 0; index < 20; index += 1) names.queue.push({ text: `${index}`, author: 'bob' });
    const seen = [await opening];
    while (seen.length < 20) seen.push(await named.next());
    expect(seen.map(({ data }) => data)).toEqual(
      seen.map((_, index) => ({ said: { text: `${index}`, author: { name: 'Bob' } } })),
    );
    // Twenty events within a second or two, on however slow a machine.
    expect(graph.chat.entityBatches.length - afterwards).toBeLessThan(20);
    named.unsubscribe();
  });

  test('keeps the order of events that take the long way and events that pass unchanged', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text risky } }');
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    const [verbatim, executed] = [await eventsBy('verbatim'), await eventsBy('executed')];
    // An event with an error takes the long way; the rest may pass byte for byte.
    const texts = Array.from({ length: 60 }, (_, index) =>
      index % 5 === 4 ? `wrong ${index}` : `safe ${index}`,
    );
    for (const text of texts) topic.queue.push({ text });
    const seen = [await first];
    while (seen.length < texts.length) seen.push(await said.next());
    expect(seen.map(saidText)).toEqual(texts);
    expect(seen.filter(({ errors }) => errors).length).toBe(12);
    expect(await eventsBy('executed')).toBeGreaterThan(executed);
    expect(await eventsBy('verbatim')).toBeGreaterThan(verbatim);
    said.unsubscribe();
  });

  test('carries the signed identity of its key to the subgraph', async () => {
    const { id, key } = await graph.issueKey({
      tenant: 'acme',
      roles: ['viewer'],
      scopes: ['inference:ask'],
    });
    const said = collect(
      graph.client({ authorization: `Bearer ${key}` }),
      'subscription { said(topic: "a") { text } }',
    );
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    expect(topic.identity).toMatchObject({ subject: `key:${id}`, tenant: 'acme', roles: ['viewer'] });
    expect(topic.identity.scopes).toContain('inference:ask');
    topic.queue.push({ text: 'one' });
    await first;
    said.unsubscribe();
  });
});

describe('an event passes byte for byte', () => {
  const verbatim = async (query: string): Promise<boolean> => {
    const before = await eventsBy('verbatim');
    await oneEvent(query, { author: 'ada' });
    return (await eventsBy('verbatim')) > before;
  };

  test('where the subgraph was asked for exactly what the client asked for', async () => {
    expect(await verbatim('subscription { said(topic: "a") { text mood } }')).toBe(true);
    expect(
      await verbatim('subscription S { s: said(topic: "a") { ...M } } fragment M on Message { t: text }'),
    ).toBe(true);
  });

  test('and not where something is fetched elsewhere, added for the planner, or wrong', async () => {
    expect(await verbatim('subscription { said(topic: "a") { text author { name } } }')).toBe(false);
    expect(await verbatim('subscription { heard(topic: "a") { ... on Message { text } } }')).toBe(false);
    expect(await verbatim('subscription { said(topic: "a") { risky } }')).toBe(false);
  });
});

describe('an event means the same as a query', () => {
  test('with aliases, named and inline fragments, and __typename', async () => {
    const selection = '__typename t: text ...M ... on Message { t2: text } author { ...P }';
    const fragments = 'fragment M on Message { mood } fragment P on Person { __typename name }';
    const queried = await graph.query(`{ r: message(topic: "one") { ${selection} } } ${fragments}`);
    const streamed = await oneEvent(`subscription { r: said(topic: "a") { ${selection} } } ${fragments}`, {
      author: 'ada',
    });
    expect(queried.data).toEqual({
      r: {
        __typename: 'Message',
        t: 'one',
        t2: 'one',
        mood: null,
        author: { __typename: 'Person', name: 'Ada' },
      },
    });
    expect(streamed).toEqual(queried);
  });

  test('with an error in a nullable field of the owner', async () => {
    const queried = await graph.query('{ r: message(topic: "one") { text risky } }');
    const streamed = await oneEvent('subscription { r: said(topic: "a") { text risky } }', {});
    expect(queried).toMatchObject({
      data: { r: { text: 'one', risky: null } },
      errors: [{ path: ['r', 'risky'], extensions: { code: 'TEAPOT', serviceName: 'chat' } }],
    });
    expect(streamed).toEqual(queried);
  });

  test('with an error in a field of another service', async () => {
    const queried = await graph.query('{ r: message(topic: "one") { author { name shy } } }');
    const streamed = await oneEvent('subscription { r: said(topic: "a") { author { name shy } } }', {
      author: 'ada',
    });
    expect(queried).toMatchObject({
      data: { r: { author: { name: 'Ada', shy: null } } },
      errors: [{ path: ['r', 'author', 'shy'], extensions: { code: 'SHY', serviceName: 'people' } }],
    });
    expect(streamed).toEqual(queried);
  });

  test('with an error in a field that cannot be null: the whole event is', async () => {
    const streamed = await oneEvent('subscription { said(topic: "a") { brittle } }', {});
    expect(streamed).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'TEAPOT', serviceName: 'chat' } }],
    });
    expect(
      await oneEvent('subscription { heard(topic: "a") { ... on Message { brittle } } }', {}),
    ).toMatchObject({
      data: { heard: null },
      errors: [{ extensions: { code: 'TEAPOT' } }],
    });
  });

  test('with an entity that its service does not know', async () => {
    const queried = await graph.query('{ r: message(topic: "one") { author { id } } }');
    expect(queried.data).toEqual({ r: { author: { id: 'ada' } } });
    const streamed = await oneEvent('subscription { said(topic: "a") { author { id name } } }', {
      author: 'nobody',
    });
    expect(streamed.data).toEqual({ said: { author: null } });
  });

  test('with fields that variables include or skip', async () => {
    const query =
      'subscription S($topic: String!, $on: Boolean = true, $off: Boolean!) { said(topic: $topic) { text @include(if: $on) mood @skip(if: $off) } }';
    expect(await oneEvent(query, { mood: 'LOUD' }, { topic: 'a', off: true })).toEqual({
      data: { said: { text: 'one' } },
    });
    expect(await oneEvent(query, { mood: 'LOUD' }, { topic: 'a', on: false, off: false })).toEqual({
      data: { said: { mood: 'LOUD' } },
    });
  });

  test('of a union', async () => {
    expect(
      await oneEvent(
        'subscription { heard(topic: "a") { ... on Message { text } ... on Silence { seconds } } }',
        {},
      ),
    ).toEqual({ data: { heard: { text: 'one' } } });
  });

  test('when the subgraph refuses to subscribe', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "forbidden") { text } }');
    expect(await said.next()).toMatchObject({
      data: null,
      errors: [{ message: 'Not this topic.', extensions: { code: 'FORBIDDEN', serviceName: 'chat' } }],
    });
    expect(await said.ended()).toBe(true);
  });
});

describe('a subscription is refused', () => {
  const cases: readonly [string, string, Record<string, unknown>, string][] = [
    [
      'with a malformed variable',
      'subscription($t: String!) { said(topic: $t) { text } }',
      { t: 7 },
      'BAD_USER_INPUT',
    ],
    [
      'with an unknown enum value',
      'subscription($m: Mood) { said(topic: "a", mood: $m) { text } }',
      { m: 'SAD' },
      'BAD_USER_INPUT',
    ],
    ['with an unknown field', 'subscription { said(topic: "a") { nope } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with two root fields',
      'subscription { said(topic: "a") { text } heard(topic: "a") { __typename } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['that is no GraphQL', 'subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
  ];
  for (const [what, query, variables, code] of cases)
    test(what, async () => {
      const refused = collect(graph.client(), query, variables).next();
      await expect(refused).rejects.toMatchObject([{ extensions: { code } }]);
    });

  test('when the connection shows a wrong key', async () => {
    const client = graph.client({ apiKey: `fth_0000000000_${'0'.repeat(32)}` });
    await expect(collect(client, 'subscription { said(topic: "a") { text } }').next()).rejects.toMatchObject({
      code: 4401,
      reason: 'UNAUTHENTICATED',
    });
  });

  test('when the connection shows nothing', async () => {
    await expect(collect(graph.client({}), '{ __typename }').next()).rejects.toMatchObject({ code: 4401 });
  });
});

describe('a query on a WebSocket', () => {
  test('is answered like one over HTTP', async () => {
    const query = '{ message(topic: "t") { text risky author { name } } }';
    expect(await collect(graph.client(), query).next()).toEqual(await graph.query(query));
  });
});

describe('leaving a quiet stream', () => {
  test('by unsubscribing: the subgraph sees UNSUBSCRIBED', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "quiet") { text } }');
    const first = expect(said.next()).rejects.toThrow('ended');
    const topic = await graph.chat.nextTopic();
    await said.unsubscribe();
    expect(await topic.left.promise).toBe('UNSUBSCRIBED');
    await first;
  });

  test('by a socket that breaks: the subgraph sees DISCONNECTED', async () => {
    const socket = await rawSubscription('subscription { said(topic: "quiet") { text } }');
    const topic = await graph.chat.nextTopic();
    socket.terminate();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('by a socket that is closed without unsubscribing: the subgraph sees DISCONNECTED', async () => {
    const socket = await rawSubscription('subscription { said(topic: "quiet") { text } }');
    const topic = await graph.chat.nextTopic();
    socket.close(1000);
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('leaves the other streams of the same client alone', async () => {
    const client = graph.client();
    const left = collect(client, 'subscription { said(topic: "left") { text } }');
    void left.next().catch(() => undefined);
    const leftTopic = await graph.chat.nextTopic();
    const kept = collect(client, 'subscription { said(topic: "kept") { text } }');
    const first = kept.next();
    const keptTopic = await graph.chat.nextTopic();
    left.unsubscribe();
    expect(await leftTopic.left.promise).toBe('UNSUBSCRIBED');
    keptTopic.queue.push({ text: 'still here' });
    expect(await first).toEqual({ data: { said: { text: 'still here' } } });
    kept.unsubscribe();
  });
});

describe('upstream sockets', () => {
  test('are one a client and subgraph, and gone when its last stream is', async () => {
    const before = graph.chatWire.connections;
    const [one, two] = [graph.client(), graph.client()];
    const streams = [one, one, two].map((client) =>
      collect(client, 'subscription { said(topic: "a") { text } }'),
    );
    const firsts = streams.map((stream) => stream.next());
    const topics = [await graph.chat.nextTopic(), await graph.chat.nextTopic(), await graph.chat.nextTopic()];
    expect(graph.chatWire.connections - before).toBe(2);
    for (const topic of topics) topic.queue.push({ text: 'one' });
    await Promise.all(firsts);
    for (const topic of topics) topic.queue.end();
    await Promise.all(streams.map((stream) => stream.ended()));
    await expect.poll(() => streamSockets()).toBe(0);
  });
});

describe('a stream that ends well, by its own end or by unsubscribing', () => {
  test('leaves no warning in the log', async () => {
    const before = graph.warnings.length;
    const { open } = graph.chatWire;
    const client = graph.client();
    for (const end of ['subgraph', 'client'] as const) {
      const said = collect(client, 'subscription { said(topic: "a") { text } }');
      const first = said.next();
      const topic = await graph.chat.nextTopic();
      topic.queue.push({ text: 'one' });
      await first;
      if (end === 'subgraph') {
        topic.queue.end();
        expect(await said.ended()).toBe(true);
      } else await said.unsubscribe();
    }
    await expect.poll(() => graph.chatWire.open).toBeLessThanOrEqual(open);
    expect(graph.warnings.slice(before)).toEqual([]);
  });
});

describe('a subgraph that is lost', () => {
  test('ends its streams with a typed error at once, and is asked again when it is back', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text author { name } } }');
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'one', author: 'ada' });
    await first;
    graph.chatWire.cut();
    const lost = { extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true, serviceName: 'chat' } };
    expect(await said.next()).toMatchObject({ data: null, errors: [lost] });
    expect(await said.ended()).toBe(true);

    const refused = collect(graph.client(), 'subscription { said(topic: "a") { text } }');
    expect(await refused.next()).toMatchObject({ data: null, errors: [lost] });
    graph.chatWire.mend();
    expect(await oneEvent('subscription { said(topic: "a") { text } }', {})).toEqual({
      data: { said: { text: 'one' } },
    });
  });
});

describe('a revoked key', () => {
  test('ends what it has open with KEY_REVOKED, stops the work and closes the connection', async () => {
    const { id, key } = await graph.issueKey();
    const messages: { type: string; payload?: GraphQLAnswer }[] = [];
    const socket = await rawSubscription('subscription { said(topic: "a") { text } }', key);
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    const topic = await graph.chat.nextTopic();
    await graph.apiKeys.revoke('test', id, 'admin');
    expect(await closed).toBe(4401);
    expect(messages.map(({ type }) => type)).toEqual(['next', 'complete']);
    expect(messages[0]?.payload).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'KEY_REVOKED' } }],
    });
    expect(await topic.left.promise).toBe('UNSUBSCRIBED');
    await expect(collect(graph.client({ apiKey: key }), '{ whoami }').next()).rejects.toMatchObject({
      reason: 'KEY_REVOKED',
    });
  });
});

describe('a key that stops being valid without a word', () => {
  test('ends what it has open within the sweep, revoked or expired', async () => {
    const other = await startTestGraph({ keySweepMs: 20 });
    other.apiKeys.mute = true;
    const revoked = await other.issueKey();
    const expiring = await other.issueKey({ expiresAt: new Date(Date.now() + 2_000) });
    for (const { key } of [revoked, expiring]) {
      const said = collect(other.client({ apiKey: key }), 'subscription { said(topic: "a") { text } }');
      const first = said.next();
      await other.chat.nextTopic();
      if (key === revoked.key) await other.apiKeys.revoke('test', revoked.id, 'admin');
      const code = key === revoked.key ? 'KEY_REVOKED' : 'KEY_EXPIRED';
      expect(await first).toMatchObject({ data: null, errors: [{ extensions: { code } }] });
    }
    await other.close();
  });
});

describe('a message', () => {
  test('that is larger than 1 MiB closes its connection', async () => {
    const socket = await rawSubscription(
      `subscription { said(topic: "${'x'.repeat(1024 * 1024)}") { text } }`,
    );
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(1009);
  });

  test('carries its trace to the subgraph', async () => {
    const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: graph.key } }));
    await new Promise((resolve) => socket.once('message', resolve));
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const payload = {
      query: 'subscription { said(topic: "a") { text } }',
      extensions: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    expect((await graph.chat.nextTopic()).traceId).toBe(traceId);
    socket.terminate();
  });
});

describe('a reload of the supergraph', () => {
  test('drops no event of a running stream; new operations see the new graph', async () => {
    const said = collect(graph.client(), 'subscription { said(topic: "a") { text author { name } } }');
    const first = said.next();
    const topic = await graph.chat.nextTopic();
    topic.queue.push({ text: 'e0', author: 'ada' });
    const seen = [await first];
    const old = graph.gateway.supergraph.current();

    await writeFile(
      graph.supergraphFile,
      composeTestSupergraph({
        chat: chatSdl,
        people: peopleSdl.replace('shy: String', 'shy: String pet: String'),
      }),
    );
    expect(await graph.gateway.supergraph.reload()).toBe('reloaded');
    for (let index = 1; index < 100; index += 1) topic.queue.push({ text: `e${index}`, author: 'bob' });
    while (seen.length < 100) seen.push(await said.next());
    expect(seen.map(saidText)).toEqual(Array.from({ length: 100 }, (_, index) => `e${index}`));
    expect((await graph.query('{ __type(name: "Person") { fields { name } } }')).data).toMatchObject({
      __type: { fields: expect.arrayContaining([{ name: 'pet' }]) },
    });
    expect(old.inUse).toBe(1);
    said.unsubscribe();
    await topic.left.promise;
    await expect.poll(() => old.inUse).toBe(0);
  });

  test('that does not load leaves the graph in service and says why in /readyz', async () => {
    const before = graph.gateway.supergraph.current();
    await writeFile(graph.supergraphFile, 'type Query { this is not a supergraph');
    expect(await graph.gateway.supergraph.reload()).toBe('refused');
    expect(graph.gateway.supergraph.current()).toBe(before);
    expect((await graph.query('{ message(topic: "t") { text } }')).data).toEqual({ message: { text: 't' } });
    const readiness = (await (await fetch(`${graph.url}/readyz`)).json()) as {
      checks: Record<string, { detail: string }>;
    };
    expect(readiness.checks['supergraph']?.detail).toContain('refused: Syntax Error');
  });
});

function saidText({ data }: GraphQLAnswer): string {
  return (data as { said: { text: string } }).said.text;
}

/** A WebSocket without a client library, subscribed and quiet. */
async function rawSubscription(query: string, apiKey = graph.key): Promise<WebSocket> {
  const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  return socket;
}

async function eventsBy(way: 'verbatim' | 'executed'): Promise<number> {
  const { values } = await graph.metrics
    .counter({ name: 'fathom_gateway_stream_events_total', help: '' })
    .get();
  return values
    .filter(({ labels }) => (labels as { way?: string }).way === way)
    .reduce((sum, { value }) => sum + value, 0);
}

/** Streams that the gateway has open, by its own metrics. */
async function streamSockets(): Promise<number> {
  const { values } = await graph.metrics.gauge({ name: 'fathom_gateway_streams_active', help: '' }).get();
  return values.reduce((sum, { value }) => sum + value, 0);
}
