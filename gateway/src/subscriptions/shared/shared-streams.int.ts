/** Identical subscriptions of many clients, through a real gateway over real sockets: what the service sees of them. */
import { afterEach, describe, expect, test } from 'vitest';
import { readEvents } from '../../../test/sse-client.ts';
import { rawSubscription } from '../../../test/streams.ts';
import {
  collect,
  type GraphQLAnswer,
  type SaidEvent,
  startTestGraph,
  type TestGraph,
  type Topic,
} from '../../../test/test-graph.ts';
import { defaultSettings, type GatewaySettings } from '../../settings.ts';

let graph: TestGraph;
let log: ServiceLog;
afterEach(() => graph.close());

async function start(settings: Partial<GatewaySettings> = {}): Promise<void> {
  graph = await startTestGraph(settings);
  log = createServiceLog(graph);
}

const followed = 'subscription($after: String) { followed(topic: "a", after: $after) { text cursor } }';
const rang = 'subscription { rang { text cursor } }';

describe('identical subscriptions', () => {
  for (const [way, query, of] of [
    ['pass unchanged', followed, (text: string, cursor: string) => ({ text, cursor })],
    [
      'are executed for each',
      'subscription { followed(topic: "a") { words: text cursor author { name } } }',
      (text: string, cursor: string) => ({ words: text, cursor, author: { name: 'Ada' } }),
    ],
  ] as const)
    test(`of a hundred clients are one at the service, whose events ${way}`, async () => {
      await start();
      const streams = Array.from({ length: 100 }, () => collect(graph.client(), query));
      const firsts = streams.map((stream) => stream.next());
      await log.opened(1);
      await expect.poll(() => figure('subscribers')).toBe(100);
      log.tell(...texts(1, 50));
      const seen = await Promise.all(
        streams.map(async (stream, index) => {
          const events = [await firsts[index]];
          while (events.length < 50) events.push(await stream.next());
          return events;
        }),
      );
      const expected = texts(1, 50).map((text, index) => ({ data: { followed: of(text, `${index + 1}`) } }));
      for (const events of seen) expect(events).toEqual(expected);
      expect(log.topics).toHaveLength(1);
      expect(await figure('upstreams')).toBe(1);

      // The upstream is nobody's in particular, and sees what each of them may see.
      expect(log.topics[0]?.identity).toMatchObject({
        subject: 'gateway:shared-stream',
        tenant: 'test',
        roles: ['admin'],
      });
      for (const stream of streams.slice(1)) await stream.unsubscribe();
      await expect.poll(() => figure('subscribers')).toBe(1);
      log.tell('51');
      expect(await streams[0]?.next()).toEqual({ data: { followed: of('51', '51') } });
      await streams[0]?.unsubscribe();
      expect(await log.topics[0]?.left.promise).toBe('UNSUBSCRIBED');
      expect(await figure('upstreams')).toBe(0);
    });

  test('are found equal however their clients write and name them, over whichever transport', async () => {
    await start();
    const written = [
      collect(graph.client(), 'subscription Named { followed(topic: "a") { text cursor } }'),
      collect(graph.client(), followed, { after: null }),
      collect(
        graph.client(),
        'subscription { followed(topic: "a", after: null) { ...M } } fragment M on Message { text cursor }',
      ),
    ];
    const firsts = written.map((stream) => stream.next());
    const sse = await fetch(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': graph.key },
      body: JSON.stringify({ query: followed }),
    });
    await expect.poll(() => figure('subscribers')).toBe(4);
    await log.opened(1);
    log.tell('one');
    log.end();
    const one = { data: { followed: { text: 'one', cursor: '1' } } };
    expect(await Promise.all(firsts)).toEqual([one, one, one]);
    for (const stream of written) expect(await stream.ended()).toBe(true);
    const events = [];
    for await (const event of readEvents(sse)) events.push(event);
    expect(events).toEqual([
      { event: 'next', id: '1', data: JSON.stringify({ data: { followed: { text: 'one', cursor: '1' } } }) },
      { event: 'complete', data: '' },
    ]);
    expect(log.topics).toHaveLength(1);
  });

  test('of two tenants, of other scopes or other arguments never are', async () => {
    await start();
    const keys = [
      graph.key,
      (await graph.issueKey({ tenant: 'acme' })).key,
      (await graph.issueKey({ roles: [], scopes: ['training:read'] })).key,
      (await graph.issueKey({ roles: [], scopes: ['training:read', 'inference:ask'] })).key,
      // The same scopes in another order are the same.
      (await graph.issueKey({ roles: [], scopes: ['inference:ask', 'training:read'] })).key,
    ];
    for (const key of keys)
      void collect(graph.client({ apiKey: key }), followed)
        .next()
        .catch(() => undefined);
    void collect(graph.client(), 'subscription { followed(topic: "b") { text cursor } }')
      .next()
      .catch(() => undefined);
    void collect(graph.client(), 'subscription { followed(topic: "a") { text } }')
      .next()
      .catch(() => undefined);
    await expect.poll(() => figure('subscribers')).toBe(7);
    await log.opened(6);
    expect(await figure('upstreams')).toBe(6);
    expect(log.topics.map(({ identity }) => identity.tenant).sort()).toEqual([
      'acme',
      ...Array(5).fill('test'),
    ]);
  });

  test('of all tenants are one where the service says that they are told the same, and no tenant is', async () => {
    await start();
    const { key } = await graph.issueKey({ tenant: 'acme' });
    const streams = [graph.key, key].map((apiKey) => collect(graph.client({ apiKey }), rang));
    const firsts = streams.map((stream) => stream.next());
    await expect.poll(() => figure('subscribers')).toBe(2);
    await log.opened(1);
    log.tell('one');
    expect(await Promise.all(firsts)).toEqual(
      Array(2).fill({ data: { rang: { text: 'one', cursor: '1' } } }),
    );
    expect(log.topics).toHaveLength(1);
    expect(log.topics[0]?.identity.tenant).toBe('gateway:shared-stream');
  });

  test('are each a stream of its own where no service says that they may be shared', async () => {
    await start();
    for (const _ of Array(3))
      void collect(graph.client(), 'subscription { said(topic: "a") { text } }')
        .next()
        .catch(() => undefined);
    await log.opened(3);
    expect(await figure('subscribers')).toBe(0);
  });
});

describe('a subscriber that comes later', () => {
  test('gets all from the beginning, or what is behind its cursor, from the same upstream', async () => {
    await start();
    const early = collect(graph.client(), followed);
    const first = early.next();
    await log.opened(1);
    log.tell(...texts(1, 20));
    expect(textsOf([await first, ...(await take(early, 19))])).toEqual(texts(1, 20));
    const late = collect(graph.client(), followed);
    const resumed = collect(graph.client(), followed, { after: '15' });
    expect(textsOf(await take(late, 20))).toEqual(texts(1, 20));
    expect(textsOf(await take(resumed, 5))).toEqual(texts(16, 20));
    log.tell('21');
    for (const stream of [early, late, resumed]) expect(textsOf([await stream.next()])).toEqual(['21']);
    expect(log.topics).toHaveLength(1);
  });

  test('catches up by an upstream of its own where too much has passed, and then shares the other', async () => {
    await start({ sharing: { ...defaultSettings.sharing, maxEvents: 5 } });
    const early = collect(graph.client(), followed);
    const first = early.next();
    await log.opened(1);
    log.tell(...texts(1, 100));
    await first;
    await take(early, 99);
    const late = collect(graph.client(), followed);
    expect(textsOf(await take(late, 100))).toEqual(texts(1, 100));
    expect(await log.topics[1]?.left.promise).toBe('UNSUBSCRIBED');
    log.tell(...texts(101, 200));
    for (const stream of [early, late]) expect(textsOf(await take(stream, 100))).toEqual(texts(101, 200));
    expect(log.topics).toHaveLength(2);
    expect(await figure('upstreams')).toBe(1);
  });

  test('is told nothing that was before it, where a stream begins now', async () => {
    await start();
    log.tell('before everybody');
    const early = collect(graph.client(), rang);
    const first = early.next();
    await log.opened(1);
    log.tell('before the second');
    expect(textsOf([await first])).toEqual(['before the second']);
    const late = collect(graph.client(), rang);
    const next = [early.next(), late.next()];
    await expect.poll(() => figure('subscribers')).toBe(2);
    log.tell('for both');
    expect(textsOf(await Promise.all(next))).toEqual(['for both', 'for both']);
    expect(log.topics).toHaveLength(1);
  });
});

describe('a subscriber that does not read', () => {
  test('is ended with SLOW_CONSUMER and its cursor, and its neighbours get every event meanwhile', async () => {
    await start({
      // Those who read are held to it as well: it is more than a loaded machine keeps them waiting.
      streams: {
        ...defaultSettings.streams,
        window: { maxEvents: 8, maxBytes: 64 * 1024, patienceMs: 3_000 },
      },
      sharing: { ...defaultSettings.sharing, maxEvents: 16 },
    });
    const neighbours = [collect(graph.client(), followed), collect(graph.client(), followed)];
    const firsts = neighbours.map((stream) => stream.next());
    await log.opened(1);
    const slow = await rawSubscription(graph, followed);
    await expect.poll(() => figure('subscribers')).toBe(3);
    slow.pause();
    // More than kernels buffer. One at a time, as a service tells them.
    const padding = 'x'.repeat(64 * 1024);
    const count = 400;
    const seen = [];
    for (let index = 1; index <= count; index += 1) {
      log.tell(`${index} ${padding}`);
      const events = await Promise.all(
        neighbours.map((stream, at) => (index === 1 ? firsts[at] : stream.next())),
      );
      seen.push(...textsOf(events as GraphQLAnswer[]).map((text) => text.split(' ')[0]));
    }
    expect(seen).toEqual(Array.from({ length: 2 * count }, (_, index) => `${Math.floor(index / 2) + 1}`));
    await expect.poll(() => figure('subscribers'), { timeout: 20_000 }).toBe(2);
    expect(await figure('upstreams')).toBe(1);

    const messages: { type: string; payload?: GraphQLAnswer }[] = [];
    const completed = new Promise<void>((resolve) => {
      slow.on('message', (data) => {
        messages.push(JSON.parse(String(data)));
        if (messages.at(-1)?.type === 'complete') resolve();
      });
    });
    slow.resume();
    await completed;
    const events = messages.slice(0, -2).map(({ payload }) => payload as GraphQLAnswer);
    expect(textsOf(events).map((text) => text.split(' ')[0])).toEqual(texts(1, events.length));
    expect(messages.at(-2)?.payload).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'SLOW_CONSUMER', cursor: `${events.length}` } }],
    });
    slow.terminate();
  });
});

describe('a subscriber whose key is over', () => {
  test('is cut alone, be it the one that opened the upstream', async () => {
    await start({ keySweepMs: 20 });
    const revoked = await graph.issueKey();
    const expiring = await graph.issueKey({ expiresAt: new Date(Date.now() + 3_600_000) });
    const leaving = [revoked, expiring].map(({ key }) => collect(graph.client({ apiKey: key }), followed));
    const lasts = leaving.map((stream) => stream.next());
    await log.opened(1);
    const staying = collect(graph.client(), followed);
    const first = staying.next();
    await expect.poll(() => figure('subscribers')).toBe(3);
    await graph.apiKeys.revoke('test', revoked.id, 'admin');
    graph.apiKeys.expire(expiring.id);
    const codes = (await Promise.all(lasts)).map(({ errors }) => errors?.[0]?.extensions['code']);
    expect(codes).toEqual(['KEY_REVOKED', 'KEY_EXPIRED']);
    log.tell('one');
    expect(textsOf([await first])).toEqual(['one']);
    expect(log.topics).toHaveLength(1);
  });
});

describe('a shared upstream that is lost', () => {
  test('is continued for all of its subscribers, every event once', async () => {
    await start();
    const streams = Array.from({ length: 20 }, () => collect(graph.client(), followed));
    const firsts = streams.map((stream) => stream.next());
    await log.opened(1);
    await expect.poll(() => figure('subscribers')).toBe(20);
    log.tell(...texts(1, 10));
    for (const [index, stream] of streams.entries())
      expect(textsOf([(await firsts[index]) as GraphQLAnswer, ...(await take(stream, 9))])).toEqual(
        texts(1, 10),
      );
    for (const last of [10, 20, 30]) {
      graph.chatWire.cut();
      log.tell(...texts(last + 1, last + 5));
      graph.chatWire.mend();
      log.tell(...texts(last + 6, last + 10));
      const seen = await Promise.all(streams.map((stream) => take(stream, 10)));
      for (const events of seen) expect(textsOf(events)).toEqual(texts(last + 1, last + 10));
    }
    expect(log.topics.slice(1).map(({ args }) => args['after'])).toEqual(['10', '20', '30']);
    expect(await figure('upstreams')).toBe(1);
  });

  test('ends with a typed error and the cursor where the service stays away', async () => {
    await start({ sharing: { ...defaultSettings.sharing, resumeForMs: 100 } });
    const streams = [collect(graph.client(), followed), collect(graph.client(), followed)];
    const firsts = streams.map((stream) => stream.next());
    await log.opened(1);
    log.tell('one');
    await Promise.all(firsts);
    graph.chatWire.cut();
    for (const stream of streams) {
      expect(await stream.next()).toMatchObject({
        data: null,
        errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', serviceName: 'chat', cursor: '1' } }],
      });
      expect(await stream.ended()).toBe(true);
    }
    expect(await figure('upstreams')).toBe(0);
  });
});

interface ServiceLog {
  /** Subscriptions at the service so far, oldest first. */
  readonly topics: readonly Topic[];
  opened(count: number): Promise<void>;
  tell(...texts: string[]): void;
  end(): void;
}

/** Answers as a service with a log does: what is behind `after` first (all without it; of `rang` nothing), then what comes. */
function createServiceLog({ chat }: TestGraph): ServiceLog {
  const told: SaidEvent[] = [];
  const topics: Topic[] = [];
  const follow = async (): Promise<never> => {
    for (;;) {
      const topic = await chat.nextTopic();
      const { after, topic: named } = topic.args;
      const from = typeof after === 'string' ? Number(after) : named === undefined ? told.length : 0;
      for (const event of told.slice(from)) topic.queue.push(event);
      topics.push(topic);
    }
  };
  void follow();
  return {
    topics,
    opened: (count) => expect.poll(() => topics.length).toBe(count),
    tell(...texts) {
      for (const text of texts) {
        const event = { text, author: 'ada', cursor: `${told.length + 1}` };
        told.push(event);
        for (const { queue } of topics) queue.push(event);
      }
    },
    end() {
      for (const { queue } of topics) queue.end();
    },
  };
}

const texts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

function textsOf(events: readonly GraphQLAnswer[]): string[] {
  return events.map(({ data }) => (Object.values(data ?? {})[0] as { text: string }).text);
}

async function take(stream: ReturnType<typeof collect>, count: number): Promise<GraphQLAnswer[]> {
  const events = [];
  while (events.length < count) events.push(await stream.next());
  return events;
}

async function figure(what: 'upstreams' | 'subscribers'): Promise<number> {
  const { values } = await graph.metrics.gauge({ name: `fathom_gateway_shared_${what}`, help: '' }).get();
  return values.reduce((sum, { value }) => sum + value, 0);
}
