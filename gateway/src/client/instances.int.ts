/** Two gateways as processes of their own behind one address: one is killed, its clients go on by the other. */
import { readFile } from 'node:fs/promises';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTcpProxy, type TcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../test/gateway-process.ts';
import { type ReaderCounts, readResuming } from '../../test/resuming-reader.ts';
import { startTestGraph, type TestGraph, type Topic } from '../../test/test-graph.ts';
import { createFathomClient } from '../client.ts';

const database = useTestDatabase();
let graph: TestGraph;
let first: GatewayProcess;
let second: GatewayProcess;
let address: TcpProxy;
beforeAll(async () => {
  graph = await startTestGraph();
  const options = {
    databaseUrl: database.url,
    env: {
      ...graph.identity.env,
      SUPERGRAPH_FILE: graph.supergraphFile,
      SUBGRAPH_URLS: JSON.stringify({ chat: graph.chatServer.url, people: graph.peopleServer.url }),
    },
  };
  first = await startGatewayProcess(options);
  second = await startGatewayProcess(options);
  address = await startTcpProxy(Number(new URL(first.url).port));
});
afterAll(async () => {
  await address?.close();
  await Promise.all([first?.stop(), second?.stop()]);
  await graph?.close();
});

const streamsEach = 10;
const tokens = 100;
const transports = ['WebSocket', 'server-sent events', 'multipart'] as const;
const query =
  'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor generation { id } } }';
type Asked = { readonly ask: { readonly text: string } };

test('a gateway that is killed by kill -9 loses no token of its streams, over any transport: each goes on by another instance', async () => {
  const apiKey = (await readFile(first.keyFile, 'utf8')).trim();
  const url = `http://127.0.0.1:${address.port}`;
  const client = createFathomClient({ url, apiKey, reconnectDelayMs: 1 });
  const variables = { input: { question: 'Why?' } };

  function open(transport: (typeof transports)[number], counts: ReaderCounts): AsyncIterable<unknown> {
    if (transport === 'WebSocket') return client.stream<Asked, Record<string, unknown>>(query, variables);
    return readResuming(transport, { url, key: apiKey, query, variables }, counts);
  }

  /** On the first instance half of the tokens come, then nothing: whoever is there yet can only go on elsewhere. */
  function say({ args, queue }: Topic): void {
    const from = typeof args['after'] === 'string' ? Number(args['after']) : 0;
    const to = from < tokens / 2 && killed === undefined ? tokens / 2 : tokens;
    for (let token = from + 1; token <= to; token += 1) queue.push({ text: `t${token}`, cursor: `${token}` });
    if (to === tokens) queue.end();
  }

  let done = false;
  const resumedFrom: unknown[] = [];
  const saying = (async () => {
    while (!done) {
      const topic = await graph.chat.nextTopic();
      if (topic.args['after'] !== undefined) resumedFrom.push(topic.args['after']);
      say(topic);
    }
  })();

  let killed: Promise<unknown> | undefined;
  let halfWay = 0;
  const all = transports.flatMap((transport) => Array.from({ length: streamsEach }, () => transport));
  const counts = { lost: 0, withinEvent: 0 };
  const ended = await Promise.all(
    all.map(async (transport) => {
      const texts: string[] = [];
      for await (const { ask } of open(transport, counts) as AsyncIterable<Asked>) {
        texts.push(ask.text);
        if (texts.length === tokens / 2) halfWay += 1;
        // All are half way and quiet: none has its other half from the first instance.
        if (halfWay < all.length || killed) continue;
        address.redirect(Number(new URL(second.url).port));
        killed = first.stop('SIGKILL');
      }
      return texts;
    }),
  );
  done = true;
  expect(await killed).toBeNull();
  const whole = Array.from({ length: tokens }, (_, index) => `t${index + 1}`);
  expect(ended).toEqual(all.map(() => whole));
  // Each of them went on behind its last event, once.
  expect(resumedFrom).toEqual(all.map(() => `${tokens / 2}`));
  expect(counts.lost).toBe(2 * streamsEach);
  await client.close();
  void saying;
});
