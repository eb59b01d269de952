/**
 * The rolling move that `router/README.md` describes, there and back, under running streams. The router is a stand-in that
 * plans by Hive Router's planner; relay, gateways, client library and services are the product's own.
 */
import { readFile } from 'node:fs/promises';
import { startTcpProxy, type TcpProxy } from '@fathom/platform/testing/tcp-proxy';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StandInRouter, startStandInRouter } from '../../test/stand-in-router.ts';
import { startTestGateway, type TestGateway } from '../../test/test-gateway.ts';
import { chatSdl, peopleSdl, startTestGraph, type TestGraph, type Topic } from '../../test/test-graph.ts';
import { createFathomClient, type FathomClient } from '../client.ts';

const patient = { timeout: 30_000 };
const relayKey = 'of-the-router-0123456789-0123456789';
/** With the gateway that stays, for the relay. */
let graph: TestGraph;
let balancer: TcpProxy;
/** Both are ended by the move itself. */
let leaving: TestGateway;
let router: StandInRouter;
beforeAll(async () => {
  graph = await startTestGraph({ relay: { host: '127.0.0.1', port: 0, key: relayKey } });
  const relayUrl = graph.gateway.relayUrl ?? '';
  leaving = await startTestGateway({
    subgraphs: { chat: chatSdl, people: peopleSdl },
    urls: { chat: graph.chatServer.url, people: graph.peopleServer.url },
    identity: graph.identity,
    parts: { apiKeys: graph.apiKeys },
  });
  const supergraphSdl = await readFile(graph.supergraphFile, 'utf8');
  router = await startStandInRouter({ supergraphSdl, relayUrl, relayKey });
  balancer = await startTcpProxy(leaving.gateway.port);
});
afterAll(async () => {
  await balancer.close();
  await graph.close();
});

const clients = 10;
const streamsOfEach = 3;
const tokensOfPhase = 60;
const phases = 4;
const tokens = phases * tokensOfPhase;

/** Says tokens behind each stream's cursor, and none of a phase before it is opened. */
function createSpeaker() {
  const speaking = new Set<() => void>();
  const resumedFrom: number[] = [];
  let allowed = 0;
  function speak({ args, queue }: Topic): void {
    let said = typeof args['after'] === 'string' ? Number(args['after']) : 0;
    if (said > 0) resumedFrom.push(said);
    const goOn = () => {
      while (said < allowed) {
        said += 1;
        queue.push({ text: `t${said}`, cursor: `${said}` });
      }
      if (said === tokens) queue.end();
    };
    speaking.add(goOn);
    goOn();
  }
  void (async () => {
    for (;;) speak(await graph.chat.nextTopic());
  })();
  return {
    resumedFrom,
    openPhase(): void {
      allowed += tokensOfPhase;
      for (const goOn of speaking) goOn();
    },
  };
}

const query = `subscription ($input: AskInput!, $after: String) {
  ask(input: $input, after: $after) { text cursor generation { id } }
}`;

test('a move from gateways to a router and back hands out every token of running streams once and in order', async () => {
  const speaker = createSpeaker();
  const open: FathomClient[] = [];
  const reading: Promise<string[]>[] = [];
  let received = 0;
  let awaited: { readonly count: number; readonly resolve: () => void } | undefined;
  const reached = (count: number) =>
    new Promise<void>((resolve) => {
      if (received >= count) resolve();
      else awaited = { count, resolve };
    });

  async function read(client: FathomClient): Promise<string[]> {
    const texts: string[] = [];
    const events = client.stream<{ ask: { text: string } }, Record<string, unknown>>(query, {
      input: { question: 'Why?' },
    });
    for await (const { ask } of events) {
      texts.push(ask.text);
      received += 1;
      if (awaited && received >= awaited.count) awaited.resolve();
    }
    return texts;
  }
  function begin(): void {
    for (let index = 0; index < clients; index += 1) {
      const client = createFathomClient({
        url: `http://127.0.0.1:${balancer.port}`,
        apiKey: graph.key,
        reconnectDelayMs: 1,
      });
      open.push(client);
      for (let stream = 0; stream < streamsOfEach; stream += 1) reading.push(read(client));
    }
  }
  const batch = clients * streamsOfEach;
  /** In the middle of a phase, while its tokens are on their way to so many streams. */
  const middleOf = (phase: number, streams: number) =>
    reached(Math.floor(streams * (phase - 0.5) * tokensOfPhase));

  begin();
  speaker.openPhase();
  await middleOf(1, batch);
  expect(router.opened).toBe(0);

  // Step 3: new connections lead to the router, those that are open stay where they are.
  balancer.redirect(router.port);
  begin();
  speaker.openPhase();
  await middleOf(2, 2 * batch);
  // So many tokens can have come before the last of the streams was open.
  await expect.poll(() => router.opened, patient).toBe(batch);
  expect(speaker.resumedFrom).toEqual([]);

  // Step 4: the gateway is taken out of service; its streams go on through the router.
  await leaving.close();
  await expect.poll(() => router.opened, patient).toBeGreaterThanOrEqual(2 * batch);
  speaker.openPhase();
  await middleOf(3, 2 * batch);

  // The way back: connections lead to a gateway again, and the router is ended.
  const resumedBefore = speaker.resumedFrom.length;
  balancer.redirect(graph.gateway.port);
  await router.close();
  await expect.poll(() => speaker.resumedFrom.length, patient).toBeGreaterThanOrEqual(resumedBefore + batch);
  speaker.openPhase();

  const expected = Array.from({ length: tokens }, (_, index) => `t${index + 1}`);
  for (const texts of await Promise.all(reading)) expect(texts).toEqual(expected);
  expect(reading).toHaveLength(2 * batch);
  await Promise.all(open.map((client) => client.close()));
});
