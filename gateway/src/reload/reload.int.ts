/** Settings that change under a gateway that serves: what begins has the new ones, what runs ends under its own. */

import { startTcpProxy, type TcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectGarbage } from '../../test/collect-garbage.ts';
import { collect, startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { defaultSettings, type GatewaySettings } from '../settings.ts';
import type { Snapshot } from '../supergraph/snapshot.ts';

let graph: TestGraph;
let other: TcpProxy;
let began: GatewaySettings;
beforeAll(async () => {
  graph = await startTestGraph();
  other = await startTcpProxy(graph.chatServer.port);
  began = {
    ...defaultSettings,
    supergraphFile: graph.supergraphFile,
    subgraphUrls: { chat: `http://127.0.0.1:${graph.chatWire.port}`, people: graph.peopleServer.url },
  };
});
afterAll(async () => {
  await graph.close();
  await other.close();
});

const reconfigure = (settings: Partial<GatewaySettings> = {}) =>
  graph.gateway.reconfigure({ settings: { ...began, ...settings }, jwt: undefined });
const codeOf = async (query: string) => (await graph.query(query)).errors?.[0]?.extensions['code'];
const said = 'subscription { said(topic: "a") { text } }';
const routedElsewhere = () => ({
  subgraphUrls: { ...began.subgraphUrls, chat: `http://127.0.0.1:${other.port}` },
});

describe('new settings hold for what begins', () => {
  test('limits of operations, also for documents that were validated before', async () => {
    const deep = '{ message(topic: "t") { author { name } } }';
    expect(await codeOf(deep)).toBeUndefined();
    await reconfigure({ limits: { ...began.limits, maxDepth: 2 } });
    expect(await codeOf(deep)).toBe('OPERATION_TOO_DEEP');
    await reconfigure();
    expect(await codeOf(deep)).toBeUndefined();
  });

  test('rates', async () => {
    await reconfigure({ rateLimit: { ...began.rateLimit, operationsPerWindow: 1 } });
    expect(await codeOf('{ whoami }')).toBe('RATE_LIMITED');
    await reconfigure();
    expect(await codeOf('{ whoami }')).toBeUndefined();
  });

  test('the size of bodies and of messages of a WebSocket', async () => {
    const large = `{ whoami } # ${'x'.repeat(3_000)}`;
    const present = graph.client();
    const before = collect(present, said);
    const topic = await graph.chat.nextTopic();
    await reconfigure({ maxBodyBytes: 2_000 });
    expect((await graph.post({ query: large })).status).toBe(413);
    await expect(collect(graph.client(), large).next()).rejects.toMatchObject({ code: 1009 });
    // Who was connected goes on as he began.
    expect(await collect(present, large).next()).toMatchObject({ data: { whoami: expect.any(String) } });
    topic.queue.push({ text: 'still here' });
    expect(await before.next()).toMatchObject({ data: { said: { text: 'still here' } } });
    before.unsubscribe();
    await reconfigure();
    expect((await graph.post({ query: large })).status).toBe(200);
  });

  test('origins of pages', async () => {
    const headers = { origin: 'https://app.example' };
    const allowed = async () =>
      (await graph.post({ query: '{ whoami }' }, headers)).headers.get('access-control-allow-origin');
    expect(await allowed()).toBeNull();
    await reconfigure({ cors: { origins: ['https://app.example'] } });
    expect(await allowed()).toBe('https://app.example');
    await reconfigure();
    expect(await allowed()).toBeNull();
  });

  test('the safelist, which remembers what was sent by its hash', async () => {
    await reconfigure({ safelist: 'enforce' });
    expect(await codeOf('{ whoami }')).toBe('OPERATION_NOT_LISTED');
    await reconfigure();
    expect(await codeOf('{ whoami }')).toBeUndefined();
  });

  test('introspection, of the graph and for whoever has no key', async () => {
    const query = '{ __type(name: "Person") { name } }';
    const unknown = async () => (await graph.post({ query }, { 'x-api-key': '' })).status;
    await reconfigure({ introspection: 'off' });
    expect(await codeOf(query)).toBe('INTROSPECTION_DISABLED');
    await reconfigure({ introspection: 'authenticated' });
    expect([await codeOf(query), await unknown()]).toEqual([undefined, 401]);
    await reconfigure();
    expect(await codeOf(query)).toBeUndefined();
  });

  test('who may verify tokens', async () => {
    const authorization = { authorization: 'Bearer a.b.c', 'x-api-key': undefined as unknown as string };
    const ask = async () => {
      const response = await fetch(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: authorization.authorization },
        body: JSON.stringify({ query: '{ whoami }' }),
      });
      return (await response.json()) as { data?: { whoami: string } };
    };
    expect((await ask()).data).toBeUndefined();
    await graph.gateway.reconfigure({
      settings: began,
      jwt: {
        authenticate: async () => ({
          credential: 'token:ada',
          identity: { subject: 'ada', tenant: 'acme', roles: ['user'], scopes: [] },
          isKey: false,
          expiresAt: undefined,
          operationsPerWindow: undefined,
        }),
      },
    });
    expect((await ask()).data?.whoami).toBe('ada of acme as user');
    await reconfigure();
    expect((await ask()).data).toBeUndefined();
  });

  test('how many operations may be open: those that are, stay and count', async () => {
    const streams = [collect(graph.client(), said), collect(graph.client(), said)];
    const topics = [await graph.chat.nextTopic(), await graph.chat.nextTopic()];
    await reconfigure({ concurrency: { perCredential: 2, perTenant: 100 } });
    expect(await codeOf('{ whoami }')).toBe('TOO_MANY_OPERATIONS');
    for (const topic of topics) topic.queue.push({ text: 'still here' });
    for (const stream of streams)
      expect(await stream.next()).toMatchObject({ data: { said: { text: 'still here' } } });
    for (const stream of streams) stream.unsubscribe();
    for (const topic of topics) await topic.left.promise;
    await expect.poll(() => codeOf('{ whoami }')).toBeUndefined();
    await reconfigure();
  });

  test('where a service is: streams end where they began, others begin at the new place', async () => {
    const before = collect(graph.client(), said);
    const first = await graph.chat.nextTopic();
    const wired = graph.chatWire.connections;
    await reconfigure(routedElsewhere());
    const after = collect(graph.client(), said);
    const second = await graph.chat.nextTopic();
    expect(other.open).toBeGreaterThan(0);
    expect(await codeOf('{ whoami }')).toBeUndefined();
    expect(graph.chatWire.connections).toBe(wired);
    for (const text of ['one', 'two']) {
      first.queue.push({ text });
      second.queue.push({ text: `${text} elsewhere` });
      expect(await before.next()).toMatchObject({ data: { said: { text } } });
      expect(await after.next()).toMatchObject({ data: { said: { text: `${text} elsewhere` } } });
    }
    first.queue.end();
    expect(await before.ended()).toBe(true);
    after.unsubscribe();
    await second.left.promise;
    await reconfigure();
  });
});

describe('settings under which the graph does not load', () => {
  test('are refused, and those before stay with all that they hold', async () => {
    const current = graph.gateway.supergraph.current();
    // Composed for the test, services have no place of their own that anybody could reach.
    const nowhere = reconfigure({
      subgraphUrls: { chat: 'nonsense' },
      limits: { ...began.limits, maxDepth: 1 },
    });
    await expect(nowhere).rejects.toThrow(/URL/);
    expect(graph.gateway.supergraph.current()).toBe(current);
    expect(await codeOf('{ message(topic: "t") { author { name } } }')).toBeUndefined();
  });
});

test('a hundred reloads under running streams lose no event, and what nobody streams from any more is freed', async () => {
  const reloads = 100;
  const streams = Array.from({ length: 20 }, () => collect(graph.client(), said));
  const topics = await Promise.all(streams.map(() => graph.chat.nextTopic()));
  const generations: WeakRef<Snapshot>[] = [];
  for (let number = 1; number <= reloads; number += 1) {
    for (const topic of topics) topic.queue.push({ text: `${number}` });
    const reloaded = reconfigure({
      ...(number % 2 ? routedElsewhere() : {}),
      rateLimit: { ...began.rateLimit, operationsPerWindow: 100_000 + number },
    });
    for (const stream of streams)
      expect(await stream.next()).toMatchObject({ data: { said: { text: `${number}` } } });
    await reloaded;
    generations.push(new WeakRef(graph.gateway.supergraph.current()));
    expect(await codeOf('{ whoami }')).toBeUndefined();
  }
  for (const topic of topics) topic.queue.end();
  for (const stream of streams) expect(await stream.ended()).toBe(true);
  await reconfigure();
  const alive = async () => {
    await collectGarbage();
    return generations.filter((snapshot) => snapshot.deref()).length;
  };
  await expect.poll(alive).toBeLessThanOrEqual(1);
});
