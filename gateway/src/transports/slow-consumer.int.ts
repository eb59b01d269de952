/**
 * A client that does not read, over each transport: its stream ends with SLOW_CONSUMER, everything before is whole, and behind the
 * cursor that it is told the stream goes on, so that nothing is lost and nothing comes twice.
 */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { GraphQLAnswer } from '../../test/test-gateway.ts';
import { startTestGraph, type TestGraph, type Topic } from '../../test/test-graph.ts';
import { defaultSettings } from '../settings.ts';

const patienceMs = 500;
/** More than all buffers on the way hold: 128 MB. */
const events = 2_000;
const text = 'x'.repeat(64 * 1024);
const query =
  'subscription ($input: AskInput!, $after: String) { ask(input: $input, after: $after) { text cursor } }';

let graph: TestGraph;
beforeAll(async () => {
  const window = { maxEvents: 16, maxBytes: 64 * 1024, patienceMs };
  graph = await startTestGraph({ streams: { ...defaultSettings.streams, window } });
});
afterAll(() => graph.close());

/** A stream that is open and not read; reading it takes everything until its end. */
interface Unread {
  readAll(): Promise<readonly GraphQLAnswer[]>;
}

const body = (after: string | undefined) => ({ query, variables: { input: { question: 'Why?' }, after } });

async function overWebSocket(after: string | undefined): Promise<Unread> {
  const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: graph.key } }));
  await once(socket, 'message');
  socket.pause();
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: body(after) }));
  return {
    async readAll() {
      const results: GraphQLAnswer[] = [];
      const completed = new Promise<void>((resolve) => {
        socket.on('message', (data) => {
          const { type, payload } = JSON.parse(String(data)) as { type: string; payload: GraphQLAnswer };
          if (type === 'next') results.push(payload);
          if (type === 'complete') resolve();
        });
      });
      socket.resume();
      await completed;
      socket.terminate();
      return results;
    },
  };
}

const overHttp =
  (accept: string, resultsOf: (body: string) => readonly GraphQLAnswer[]) =>
  async (after: string | undefined): Promise<Unread> => {
    const call = request(`${graph.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, 'x-api-key': graph.key },
    });
    call.end(JSON.stringify(body(after)));
    // What nobody listens to is not read from the socket.
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return {
      async readAll() {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        return resultsOf(Buffer.concat(chunks).toString('utf8'));
      },
    };
  };

const eventsIn = (whole: string): readonly GraphQLAnswer[] => {
  expect(whole.endsWith('event: complete\ndata:\n\n')).toBe(true);
  return [...whole.matchAll(/^event: next\n(?:id: .*\n)?data: (.*)$/gm)].map(([, json]) =>
    JSON.parse(json ?? ''),
  );
};

const partsIn = (whole: string): readonly GraphQLAnswer[] => {
  expect(whole.endsWith('\r\n--graphql--\r\n')).toBe(true);
  const parts = whole.split('\r\n--graphql').slice(1, -1);
  const contents = parts.map(
    (part) => JSON.parse(part.split('\r\n\r\n')[1] ?? '') as { payload?: GraphQLAnswer },
  );
  // An empty one is a heartbeat.
  return contents.flatMap(({ payload }) => (payload ? [payload] : []));
};

const cursorOf = (data: GraphQLAnswer['data']): number =>
  Number((data?.['ask'] as { readonly cursor: string } | undefined)?.cursor);

test.each([
  ['WebSocket', overWebSocket],
  ['server-sent events', overHttp('text/event-stream', eventsIn)],
  ['multipart', overHttp('multipart/mixed;subscriptionSpec="1.0", application/json', partsIn)],
] as const)('over %s it is told where to go on, and has every event once in the end', async (_, open) => {
  function say({ args, queue }: Topic): void {
    for (let number = Number(args['after'] ?? 0) + 1; number <= events; number += 1)
      queue.push({ text, cursor: `${number}` });
    // A source that has ended has nobody to be told that its reader left.
    if (seen.length > 0) queue.end();
  }

  const seen: number[] = [];
  let ends = 0;
  for (let isOver = false; !isOver; ) {
    const unread = await open(seen.length === 0 ? undefined : `${seen.length}`);
    const topic = await graph.chat.nextTopic();
    expect(topic.args['after']).toBe(seen.length === 0 ? undefined : `${seen.length}`);
    say(topic);
    // The first time nobody reads until it has ended; from then on whoever reads at once has all the rest.
    if (seen.length === 0) expect(await topic.left.promise).toBe('DISCONNECTED');
    const results = await unread.readAll();
    const last = results.at(-1);
    const data = last?.errors ? results.slice(0, -1) : results;
    for (const { data: told } of data) seen.push(cursorOf(told));
    isOver = last?.errors === undefined;
    if (isOver) continue;
    ends += 1;
    expect(last?.errors?.[0]?.extensions).toMatchObject({
      code: 'SLOW_CONSUMER',
      retryable: true,
      cursor: `${seen.length}`,
    });
    expect(seen.length).toBeLessThan(events);
  }
  expect(ends).toBeGreaterThan(0);
  expect(seen).toEqual(Array.from({ length: events }, (_event, index) => index + 1));
});
