/** What the events of a subscription are, through a real gateway, over real sockets, from real subgraphs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventsBy, oneEvent, saidText } from '../../test/streams.ts';
import { collect, startTestGraph, type TestGraph } from '../../test/test-graph.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph();
});
afterAll(() => graph.close());

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
    const [verbatim, executed] = [await eventsBy(graph, 'verbatim'), await eventsBy(graph, 'executed')];
    // An event with an error takes the long way; the rest may pass byte for byte.
    const texts = Array.from({ length: 60 }, (_, index) =>
      index % 5 === 4 ? `wrong ${index}` : `safe ${index}`,
    );
    for (const text of texts) topic.queue.push({ text });
    const seen = [await first];
    while (seen.length < texts.length) seen.push(await said.next());
    expect(seen.map(saidText)).toEqual(texts);
    expect(seen.filter(({ errors }) => errors).length).toBe(12);
    expect(await eventsBy(graph, 'executed')).toBeGreaterThan(executed);
    expect(await eventsBy(graph, 'verbatim')).toBeGreaterThan(verbatim);
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
    const before = await eventsBy(graph, 'verbatim');
    await oneEvent(graph, query, { author: 'ada' });
    return (await eventsBy(graph, 'verbatim')) > before;
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
    const streamed = await oneEvent(
      graph,
      `subscription { r: said(topic: "a") { ${selection} } } ${fragments}`,
      {
        author: 'ada',
      },
    );
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
    const streamed = await oneEvent(graph, 'subscription { r: said(topic: "a") { text risky } }', {});
    expect(queried).toMatchObject({
      data: { r: { text: 'one', risky: null } },
      errors: [{ path: ['r', 'risky'], extensions: { code: 'TEAPOT', serviceName: 'chat' } }],
    });
    expect(streamed).toEqual(queried);
  });

  test('with an error in a field of another service', async () => {
    const queried = await graph.query('{ r: message(topic: "one") { author { name shy } } }');
    const streamed = await oneEvent(graph, 'subscription { r: said(topic: "a") { author { name shy } } }', {
      author: 'ada',
    });
    expect(queried).toMatchObject({
      data: { r: { author: { name: 'Ada', shy: null } } },
      errors: [{ path: ['r', 'author', 'shy'], extensions: { code: 'SHY', serviceName: 'people' } }],
    });
    expect(streamed).toEqual(queried);
  });

  test('with an error in a field that cannot be null: the whole event is', async () => {
    const streamed = await oneEvent(graph, 'subscription { said(topic: "a") { brittle } }', {});
    expect(streamed).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'TEAPOT', serviceName: 'chat' } }],
    });
    expect(
      await oneEvent(graph, 'subscription { heard(topic: "a") { ... on Message { brittle } } }', {}),
    ).toMatchObject({
      data: { heard: null },
      errors: [{ extensions: { code: 'TEAPOT' } }],
    });
  });

  test('with an entity that its service does not know', async () => {
    const queried = await graph.query('{ r: message(topic: "one") { author { id } } }');
    expect(queried.data).toEqual({ r: { author: { id: 'ada' } } });
    const streamed = await oneEvent(graph, 'subscription { said(topic: "a") { author { id name } } }', {
      author: 'nobody',
    });
    expect(streamed.data).toEqual({ said: { author: null } });
  });

  test('with fields that variables include or skip', async () => {
    const query =
      'subscription S($topic: String!, $on: Boolean = true, $off: Boolean!) { said(topic: $topic) { text @include(if: $on) mood @skip(if: $off) } }';
    expect(await oneEvent(graph, query, { mood: 'LOUD' }, { topic: 'a', off: true })).toEqual({
      data: { said: { text: 'one' } },
    });
    expect(await oneEvent(graph, query, { mood: 'LOUD' }, { topic: 'a', on: false, off: false })).toEqual({
      data: { said: { mood: 'LOUD' } },
    });
  });

  test('of a union', async () => {
    expect(
      await oneEvent(
        graph,
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

describe('a query on a WebSocket', () => {
  test('is answered like one over HTTP', async () => {
    const query = '{ message(topic: "t") { text risky author { name } } }';
    expect(await collect(graph.client(), query).next()).toEqual(await graph.query(query));
  });
});
