/**
 * Streams through HAProxy and nginx as the README configures them: each event at once, none lost while the proxy is reloaded, and none
 * when it gives up on the connections that were open.
 */
import { withRealServer } from '@fathom/platform/testing/real-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProxyKind, type RealProxy, startRealProxy } from '../../test/real-proxy.ts';
import { readResuming } from '../../test/resuming-reader.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { createFathomClient } from '../client.ts';

const transports = ['WebSocket', 'server-sent events', 'server-sent events with ids', 'multipart'] as const;
const query =
  'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor } }';
const variables = { input: { question: 'Why?' } };
type Asked = { readonly ask: { readonly text: string } };

withRealServer('TEST_HAPROXY', (binary) => streamThrough('haproxy', binary));
withRealServer('TEST_NGINX', (binary) => streamThrough('nginx', binary));

function streamThrough(kind: ProxyKind, binary: string): void {
  describe(`through ${kind}`, () => {
    let graph: TestGraph;
    let proxy: RealProxy;
    beforeAll(async () => {
      graph = await startTestGraph();
      proxy = await startRealProxy({ kind, binary, gatewayPort: graph.gateway.port });
    });
    afterAll(async () => {
      await proxy?.close();
      await graph?.close();
    });

    test.each(transports)('%s', async (transport) => {
      const counts = { lost: 0, withinEvent: 0 };
      const client = createFathomClient({
        url: proxy.url,
        apiKey: graph.key,
        reconnectDelayMs: 1,
        onReconnect: () => {
          counts.lost += 1;
        },
      });
      const events = (
        transport === 'WebSocket'
          ? client.stream<Asked, typeof variables>(query, variables)
          : readResuming(transport, { url: proxy.url, key: graph.key, query, variables }, counts)
      )[Symbol.asyncIterator]() as AsyncIterator<Asked>;
      const texts: string[] = [];
      let asked = events.next();
      let topic = await graph.chat.nextTopic();
      /** The next one is said when the one before has come: whoever collects them would wait for ever. */
      async function receive(count: number): Promise<void> {
        for (let said = 0; said < count; said += 1) {
          const token = texts.length + 1;
          topic.queue.push({ text: `t${token}`, cursor: `${token}` });
          const { value } = await asked;
          texts.push((value as Asked).ask.text);
          asked = events.next();
        }
      }

      await receive(20);
      await proxy.reload();
      await receive(20);
      expect(counts.lost).toBe(0);
      const next = graph.chat.nextTopic();
      proxy.endOld();
      topic = await next;
      expect(topic.args['after']).toBe('40');
      await receive(20);
      topic.queue.end();
      expect((await asked).done).toBe(true);
      expect(counts.lost).toBe(1);
      expect(texts).toEqual(Array.from({ length: 60 }, (_, index) => `t${index + 1}`));
      await client.close();
    });

    test('a query, and a refusal with its status', async () => {
      const ask = (key: string) =>
        fetch(`${proxy.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-api-key': key },
          body: JSON.stringify({ query: '{ whoami }' }),
        });
      const answered = await ask(graph.key);
      expect(await answered.json()).toEqual({ data: { whoami: expect.stringContaining('of test') } });
      expect((await ask('fth_wrong')).status).toBe(401);
    });
  });
}
