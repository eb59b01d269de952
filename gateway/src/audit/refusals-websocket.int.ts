/**
 * Every kind of refusal on a WebSocket leaves one audit event, under the trace of its request, with who, what, which way
 * and why, and nothing of what the client sent.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type LocalIssuer, startLocalIssuer } from '../../test/local-issuer.ts';
import { admin, type Expected, provoke, type Sending, saying, secret } from '../../test/refusals.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { createJwtVerifier } from '../auth/jwt.ts';

let issuer: LocalIssuer;
let graph: TestGraph;
beforeAll(async () => {
  issuer = await startLocalIssuer();
  graph = await startTestGraph({ maxBodyBytes: 4096 }, {}, { jwt: createJwtVerifier(issuer.options) });
});
afterAll(async () => {
  await Promise.all([graph?.close(), issuer?.close()]);
});

interface Frames {
  readonly init?: object | undefined;
  /** Sent behind the acknowledgement, or at once where there is no `connection_init`. */
  readonly frames?: readonly (object | string)[];
  /** Waits for the answer to a frame instead of the socket's end. */
  readonly awaits?: 'error' | 'close';
  readonly path?: string;
}

async function speak({ at, headers }: Sending, script: Frames): Promise<void> {
  const { init, frames = [], awaits = 'close', path = '/graphql' } = script;
  const socket = new WebSocket(`${at.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', {
    headers,
  });
  const sendFrames = () => {
    for (const frame of frames) socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  };
  const done = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => undefined);
    socket.on('open', () => {
      if (init) socket.send(JSON.stringify({ type: 'connection_init', payload: init }));
      else sendFrames();
    });
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === 'connection_ack') sendFrames();
      if (type === awaits) resolve();
    });
  });
  await done;
  socket.terminate();
}

const subscribe = (asked: string) => ({ id: '1', type: 'subscribe', payload: { query: asked } });
const me = () => ({ apiKey: graph.key });

test.each<[string, () => Frames | Promise<Frames>, string, string, 'nobody' | 'admin']>([
  ['no credential', () => ({ init: {} }), 'connection_init', 'UNAUTHENTICATED', 'nobody'],
  [
    'a wrong credential',
    () => ({ init: { authorization: `Bearer ${secret}` } }),
    'connection_init',
    'UNAUTHENTICATED',
    'nobody',
  ],
  [
    'a document',
    () => ({ init: me(), frames: [subscribe(`{ ${secret} }`)], awaits: 'error' }),
    'subscribe',
    'GRAPHQL_VALIDATION_FAILED',
    'admin',
  ],
  [
    'an operation that is none',
    () => ({ init: me(), frames: [subscribe('')], awaits: 'error' }),
    'subscribe',
    'BAD_REQUEST',
    'admin',
  ],
  [
    'an operation before it was said who sends it',
    () => ({ frames: [subscribe('{ whoami }')] }),
    'message',
    'UNAUTHENTICATED',
    'nobody',
  ],
  ['what is no message', () => ({ init: me(), frames: [secret] }), 'message', 'BAD_REQUEST', 'admin'],
  [
    'a message that is too large',
    () => ({ init: me(), frames: [secret.repeat(1000)] }),
    'message',
    'PAYLOAD_TOO_LARGE',
    'admin',
  ],
  [
    'two initialisations',
    () => ({ init: me(), frames: [{ type: 'connection_init' }] }),
    'message',
    'BAD_REQUEST',
    'admin',
  ],
  [
    'an id that is in use',
    () => {
      const said = subscribe('subscription { said(topic: "a") { text } }');
      return { init: me(), frames: [said, said] };
    },
    'message',
    'BAD_REQUEST',
    'admin',
  ],
  ['a path that is none', () => ({ path: `/${secret}` }), 'GET /*', 'NOT_FOUND', 'nobody'],
])('%s', async (_, script, entrance, outcome, who) => {
  const frames = await script();
  const record = await provoke(graph, (sending) => speak(sending, frames));
  const expected: Expected = ['websocket', entrance, outcome, who === 'nobody' ? null : admin(graph)];
  expect(saying(record)).toEqual(expected);
});

test('a revoked key and a token that is over name their owner, also for a stream that they have open', async () => {
  const { id, key } = await graph.issueKey();
  const ended = await provoke(graph, async (sending) => {
    const speaking = speak(sending, {
      init: { apiKey: key },
      frames: [subscribe('subscription { said(topic: "a") { text } }')],
    });
    await graph.chat.nextTopic();
    await graph.apiKeys.revoke('test', id, 'tester');
    await speaking;
  });
  expect(saying(ended)).toEqual(['websocket', null, 'KEY_REVOKED', `key:${id}`]);
  expect(ended.fields).toEqual(['said']);
  const shut = await provoke(graph, (sending) => speak(sending, { init: { apiKey: key } }));
  expect(saying(shut)).toEqual(['websocket', 'connection_init', 'KEY_REVOKED', `key:${id}`]);
  const authorization = `Bearer ${await issuer.sign({ expires: Math.floor(Date.now() / 1000) - 60 })}`;
  const over = await provoke(graph, (sending) => speak(sending, { init: { authorization } }));
  expect(saying(over)).toEqual(['websocket', 'connection_init', 'TOKEN_EXPIRED', 'ada']);
});
