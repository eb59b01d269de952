/** Two gateways as processes of their own behind one address: one is killed, its clients go on by the other. */
import { readFile } from 'node:fs/promises';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GatewayProcess, startGatewayProcess } from '../../test/gateway-process.ts';
import { startTcpProxy, type TcpProxy } from '../../test/tcp-proxy.ts';
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

const streams = 20;
const tokens = 100;

test('a gateway that is killed by kill -9 loses no token of its streams: each goes on by another instance', async () => {
  const apiKey = (await readFile(first.keyFile, 'utf8')).trim();
  const client = createFathomClient({
    url: `http://127.0.0.1:${address.port}`,
    apiKey,
    reconnectDelayMs: 1,
  });

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
  let received = 0;
  const ended = await Promise.all(
    Array.from({ length: streams }, async () => {
      const texts: string[] = [];
      for await (const { ask } of client.stream<{ ask: { text: string } }, Record<string, unknown>>(
        'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor generation { id } } }',
        { input: { question: 'Why?' } },
      )) {
        texts.push(ask.text);
        received += 1;
        if (killed === undefined && received === (streams * tokens) / 4) {
          address.redirect(Number(new URL(second.url).port));
          killed = first.stop('SIGKILL');
        }
      }
      return texts;
    }),
  );
  done = true;
  expect(await killed).toBeNull();
  for (const texts of ended)
    expect(texts).toEqual(Array.from({ length: tokens }, (_, index) => `t${index + 1}`));
  expect(resumedFrom.length).toBeGreaterThan(0);
  await client.close();
  void saying;
});
