/** How a subscription ends, through a real gateway, over real sockets: left, lost, revoked, refused; and what it outlives. */
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { oneEvent, rawSubscription, saidText } from '../../test/streams.ts';
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
    const socket = await rawSubscription(graph, 'subscription { said(topic: "quiet") { text } }');
    const topic = await graph.chat.nextTopic();
    socket.terminate();
    expect(await topic.left.promise).toBe('DISCONNECTED');
  });

  test('by a socket that is closed without unsubscribing: the subgraph sees DISCONNECTED', async () => {
    const socket = await rawSubscription(graph, 'subscription { said(topic: "quiet") { text } }');
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
    expect(await oneEvent(graph, 'subscription { said(topic: "a") { text } }', {})).toEqual({
      data: { said: { text: 'one' } },
    });
  });
});

describe('a revoked key', () => {
  test('ends what it has open with KEY_REVOKED, stops the work and closes the connection', async () => {
    const { id, key } = await graph.issueKey();
    const messages: { type: string; payload?: GraphQLAnswer }[] = [];
    const socket = await rawSubscription(graph, 'subscription { said(topic: "a") { text } }', key);
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
    const expiring = await other.issueKey({ expiresAt: new Date(Date.now() + 3_600_000) });
    for (const { key } of [revoked, expiring]) {
      const said = collect(other.client({ apiKey: key }), 'subscription { said(topic: "a") { text } }');
      const first = said.next();
      await other.chat.nextTopic();
      if (key === revoked.key) await other.apiKeys.revoke('test', revoked.id, 'admin');
      else other.apiKeys.expire(expiring.id);
      const code = key === revoked.key ? 'KEY_REVOKED' : 'KEY_EXPIRED';
      expect(await first).toMatchObject({ data: null, errors: [{ extensions: { code } }] });
    }
    await other.close();
  });
});

describe('a message', () => {
  test('that is larger than 1 MiB closes its connection', async () => {
    const socket = await rawSubscription(
      graph,
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

/** Streams that the gateway has open, by its own metrics. */
async function streamSockets(): Promise<number> {
  const { values } = await graph.metrics.gauge({ name: 'fathom_gateway_streams_active', help: '' }).get();
  return values.reduce((sum, { value }) => sum + value, 0);
}
