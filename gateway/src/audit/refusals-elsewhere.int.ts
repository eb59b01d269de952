/**
 * Every kind of refusal at the entrances beside the graph: where tokens are issued, uploads, a router's relay, and nowhere. Each leaves one audit event, under the trace of its request, with who, what, which way
 * and why, and nothing of what the client sent.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  http,
  post,
  provoke,
  query,
  type Sending,
  type Sent,
  saying,
  secret,
  table,
} from '../../test/refusals.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { parseApiKey } from '../auth/api-key.ts';

const relayKey = 'of-the-router-0123456789-0123456789';

let graph: TestGraph;
beforeAll(async () => {
  const oauthKeys = { publish: async () => undefined, list: async () => [] };
  graph = await startTestGraph(
    {
      oauth: { issuer: undefined, audience: 'fathom', tokenLifetimeMs: 60_000, keyLifetimeMs: 60_000 },
      relay: { host: '127.0.0.1', port: 0, key: relayKey },
    },
    {},
    { oauthKeys },
  );
});
afterAll(() => graph.close());

describe('/oauth/token', () => {
  const grant = (form: Record<string, string>, headers: Record<string, string> = {}): Sent => ({
    path: '/oauth/token',
    key: undefined,
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  const at = ['oauth', 'POST /oauth/token'];
  const credentials = { grant_type: 'client_credentials' };
  const client = (key = graph.key) => ({ client_id: parseApiKey(key)?.id ?? '', client_secret: key });
  table(
    () => graph,
    [
      ['no form', () => post({}, { path: '/oauth/token', key: undefined }), [...at, 'BAD_REQUEST', 'nobody']],
      ['no grant', () => grant({}), [...at, 'BAD_REQUEST', 'nobody']],
      [
        'another grant',
        () => grant({ grant_type: 'password', password: secret }),
        [...at, 'BAD_REQUEST', 'nobody'],
      ],
      [
        'credentials both ways',
        () => grant({ ...credentials, ...client() }, { authorization: 'Basic eDp5' }),
        [...at, 'BAD_REQUEST', 'nobody'],
      ],
      [
        'a wrong secret',
        () => grant({ ...credentials, ...client(), client_secret: secret }),
        [...at, 'UNAUTHENTICATED', 'nobody'],
      ],
      [
        'too large',
        () => grant({ ...credentials, scope: 'x'.repeat(20_000) }),
        [...at, 'PAYLOAD_TOO_LARGE', 'nobody'],
      ],
    ],
  );

  test('a scope that the client lacks, and a key that is revoked, name the client; too many attempts do not', async () => {
    const { id, key } = await graph.issueKey({ roles: ['viewer'] });
    const scope = await provoke(graph, (sending) =>
      http(sending, grant({ ...credentials, ...client(key), scope: secret })),
    );
    expect(saying(scope)).toEqual([...at, 'FORBIDDEN', `key:${id}`]);
    await graph.apiKeys.revoke('test', id, 'tester');
    const attempt = (sending: Sending) => http(sending, grant({ ...credentials, ...client(key) }));
    expect(saying(await provoke(graph, attempt))).toEqual([...at, 'KEY_REVOKED', `key:${id}`]);
    for (let count = 1; count < 10; count += 1) await attempt({ at: graph, headers: {} });
    expect(saying(await provoke(graph, attempt))).toEqual([...at, 'RATE_LIMITED', null]);
  });
});

describe('uploads, the relay of a router, and where nothing is', () => {
  const uploads = ['uploads', 'PUT /uploads/*/*/*'];
  const put = { method: 'PUT', path: `/uploads/people/${secret}/0` };
  table(
    () => graph,
    [
      [
        'an upload without a credential',
        () => ({ ...put, key: undefined, body: secret }),
        [...uploads, 'UNAUTHENTICATED', 'nobody'],
      ],
      ['an upload that the service refuses', () => ({ ...put, body: secret }), [...uploads, 'NOT_FOUND']],
      [
        'an upload by another method',
        () => ({ ...put, method: 'POST', body: secret }),
        ['uploads', 'POST /uploads/*/*/*', 'BAD_REQUEST'],
      ],
      [
        'a method where nothing is',
        () => ({ path: `/${secret}`, body: {} }),
        ['http', 'POST /*', 'NOT_FOUND', 'nobody'],
      ],
      ['a path that is none', () => ({ path: '//' }), ['http', 'POST //', 'BAD_REQUEST', 'nobody']],
    ],
  );

  test.each([
    ['without its key', { 'x-fathom-relay-key': secret }, 'FORBIDDEN', undefined],
    ['without a client', { 'x-fathom-relay-key': relayKey }, 'UNAUTHENTICATED', undefined],
  ])('a router %s', async (_, headers, outcome, who) => {
    const record = await provoke(graph, async (sending) => {
      const relayed = { ...sending, at: { ...graph, url: graph.gateway.relayUrl ?? '' } };
      await http(relayed, { path: '/subgraphs/people/graphql', body: { query }, headers, key: who });
    });
    expect(saying(record)).toEqual(['relay', 'POST /subgraphs/*/graphql', outcome, null]);
  });

  test('a path that is none does not end the process when a WebSocket asks for it', async () => {
    const record = await provoke(graph, async ({ headers }) => {
      const socket = connect(graph.gateway.port, '127.0.0.1').resume();
      socket.end(
        `GET // HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\ntraceparent: ${headers['traceparent']}\r\n\r\n`,
      );
      await once(socket, 'close');
    });
    expect(saying(record)).toEqual(['websocket', 'GET //', 'BAD_REQUEST', null]);
  });
});
