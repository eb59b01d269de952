/**
 * Every kind of refusal of an operation over HTTP leaves one audit event, under the trace of its request, with who, what, which way
 * and why, and nothing of what the client sent.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalIssuer, startLocalIssuer } from '../../test/local-issuer.ts';
import { admin, http, post, provoke, query, saying, secret, table } from '../../test/refusals.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { createJwtVerifier } from '../auth/jwt.ts';
import { defaultSettings } from '../settings.ts';

let issuer: LocalIssuer;
let graph: TestGraph;
beforeAll(async () => {
  issuer = await startLocalIssuer();
  graph = await startTestGraph(
    { maxBodyBytes: 4096, maxBatchOperations: 2 },
    {},
    { jwt: createJwtVerifier(issuer.options) },
  );
});
afterAll(async () => {
  await Promise.all([graph?.close(), issuer?.close()]);
});

describe('POST and GET /graphql', () => {
  const at = ['http', 'POST /graphql'];
  table(
    () => graph,
    [
      ['no credential', () => post({ query }, { key: undefined }), [...at, 'UNAUTHENTICATED', 'nobody']],
      [
        'a key that nobody has',
        () => post({ query }, { key: `fth_${'0'.repeat(10)}_${secret.padEnd(32, '0')}` }),
        [...at, 'UNAUTHENTICATED', 'nobody'],
      ],
      ['no GraphQL', () => post({ query: `{ ${secret}` }), [...at, 'GRAPHQL_PARSE_FAILED']],
      ['an unknown field', () => post({ query: `{ ${secret} }` }), [...at, 'GRAPHQL_VALIDATION_FAILED']],
      [
        'variables that do not fit',
        () =>
          post({
            query: 'query ($input: StyleInput!) { style(input: $input) }',
            variables: { input: { tone: secret } },
          }),
        [...at, 'BAD_USER_INPUT'],
      ],
      ['an unknown operation', () => post({ query, operationName: secret }), [...at, 'BAD_REQUEST']],
      [
        'too deep',
        () => post({ query: `{ message(topic: "") ${'{ replies '.repeat(20)}{ text }${'}'.repeat(21)}` }),
        [...at, 'OPERATION_TOO_DEEP'],
      ],
      [
        'too many aliases',
        () => post({ query: `{ ${Array.from({ length: 99 }, (_, i) => `a${i}: whoami`).join(' ')} }` }),
        [...at, 'OPERATION_TOO_LARGE'],
      ],
      [
        'too costly',
        () => post({ query: '{ messages(first: 1000000) { text } }' }),
        [...at, 'OPERATION_TOO_COSTLY'],
      ],
      [
        'an unknown persisted operation',
        () => post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
        [...at, 'PERSISTED_QUERY_NOT_FOUND'],
      ],
      ['no JSON', () => post(`{"${secret}`), [...at, 'BAD_USER_INPUT']],
      ['too large', () => post({ query: ' '.repeat(9000) + query }), [...at, 'PAYLOAD_TOO_LARGE']],
      [
        'a form, as a page of another origin sends it',
        () => post(`query=${secret}`, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
        [...at, 'BAD_REQUEST'],
      ],
      ['a method that is none', () => ({ method: 'DELETE' }), ['http', 'DELETE /graphql', 'BAD_REQUEST']],
      [
        'a subscription without a stream',
        () => post({ query: 'subscription { said(topic: "a") { text } }' }),
        [...at, 'OPERATION_NEEDS_STREAM'],
      ],
      [
        'an answer in no form that there is',
        () => post({ query }, { headers: { accept: 'text/csv' } }),
        [...at, 'NOT_ACCEPTABLE'],
      ],
      ['a batch that is too long', () => post([{ query }, { query }, { query }]), [...at, 'BAD_REQUEST']],
      [
        'one of a batch, for its document',
        () => post([{ query }, { query: `{ ${secret} }` }]),
        [...at, 'GRAPHQL_VALIDATION_FAILED'],
      ],
      [
        'one of a batch, for how it was sent',
        () => post([{ query }, { query: 'subscription { said(topic: "a") { text } }' }]),
        [...at, 'OPERATION_NEEDS_STREAM'],
      ],
      ['one of a batch that is none', () => post([{ query }, 7]), [...at, 'BAD_REQUEST']],
      [
        'a mutation by GET',
        () => ({
          method: 'GET',
          path: `/graphql?query=${encodeURIComponent('mutation { post(count: 1) }')}`,
        }),
        ['http', 'GET /graphql', 'BAD_REQUEST'],
      ],
      [
        'variables of a GET that are no JSON',
        () => ({ method: 'GET', path: `/graphql?query={whoami}&variables=${secret}` }),
        ['http', 'GET /graphql', 'BAD_REQUEST'],
      ],
      [
        'a document, in events',
        () => post({ query: `{ ${secret} }` }, { headers: { accept: 'text/event-stream' } }),
        ['sse', 'POST /graphql', 'GRAPHQL_VALIDATION_FAILED'],
      ],
      [
        'no credential, in events',
        () => post({ query }, { key: undefined, headers: { accept: 'text/event-stream' } }),
        ['sse', 'POST /graphql', 'UNAUTHENTICATED', 'nobody'],
      ],
      [
        'a document, in parts',
        () =>
          post(
            { query: 'subscription { nope }' },
            { headers: { accept: 'multipart/mixed;subscriptionSpec="1.0", application/json' } },
          ),
        ['multipart', 'POST /graphql', 'GRAPHQL_VALIDATION_FAILED'],
      ],
    ],
  );

  test('a simple GET, which a page of another origin could have sent', async () => {
    const certainlySimple = `GET /graphql?query={__typename} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
    const record = await provoke(graph, async ({ headers }) => {
      const socket = connect(graph.gateway.port, '127.0.0.1');
      socket.end(`${certainlySimple}traceparent: ${headers['traceparent']}\r\n\r\n`).resume();
      await once(socket, 'close');
    });
    expect(saying(record)).toEqual(['http', 'GET /graphql', 'BAD_REQUEST', null]);
  });

  test('a body that does not come in time', async () => {
    // A gateway of its own: so little time is too little for bodies that come on a machine that does much else.
    const hurried = await startTestGraph({ bodyTimeoutMs: 100 });
    const record = await provoke(hurried, async ({ headers }) => {
      const socket = connect(hurried.gateway.port, '127.0.0.1').resume();
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: ${hurried.key}\r\ntraceparent: ${headers['traceparent']}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      );
      await once(socket, 'close');
    });
    expect(saying(record)).toEqual(['http', 'POST /graphql', 'REQUEST_TIMEOUT', admin(hurried)]);
    await hurried.close();
  });
});

describe('credentials that are known, and not valid', () => {
  const aMinuteAgo = () => Math.floor(Date.now() / 1000) - 60;
  const at = ['http', 'POST /graphql'];
  test('name their owner: a key that is revoked, over, or has used up its operations', async () => {
    const revoked = await graph.issueKey();
    await graph.apiKeys.revoke('test', revoked.id, 'tester');
    const over = await graph.issueKey({ expiresAt: new Date(Date.now() - 1_000) });
    const spent = await graph.issueKey({ operationsPerWindow: 0 });
    for (const [{ id, key }, outcome] of [
      [revoked, 'KEY_REVOKED'],
      [over, 'KEY_EXPIRED'],
      [spent, 'RATE_LIMITED'],
    ] as const) {
      const record = await provoke(graph, (sending) => http(sending, { body: { query }, key }));
      expect([...saying(record), record.tenant]).toEqual([...at, outcome, `key:${id}`, 'test']);
    }
  });

  test('name their owner: a token that is over or for another audience, and nobody where it was altered', async () => {
    const sound = await issuer.sign();
    for (const [key, outcome, who] of [
      [await issuer.sign({ expires: aMinuteAgo() }), 'TOKEN_EXPIRED', 'ada'],
      [await issuer.sign({ audience: 'bank' }), 'UNAUTHENTICATED', 'ada'],
      [await issuer.sign({ kid: 'k0' }), 'UNAUTHENTICATED', null],
      [`${sound.slice(0, -8)}AAAAAAAA`, 'UNAUTHENTICATED', null],
    ] as const) {
      const record = await provoke(graph, (sending) => http(sending, { body: { query }, key }));
      expect(saying(record)).toEqual([...at, outcome, who]);
      for (const part of key.split('.')) expect(JSON.stringify(record)).not.toContain(part);
    }
  });
});

describe('where more is closed', () => {
  let strict: TestGraph;
  beforeAll(async () => {
    strict = await startTestGraph({ introspection: 'off', safelist: 'enforce' });
  });
  afterAll(() => strict?.close());
  const at = ['http', 'POST /graphql'];
  test.each([
    ['introspection', '{ __schema { queryType { name } } }', 'INTROSPECTION_DISABLED'],
    ['an operation that is not listed', '{ whoami }', 'OPERATION_NOT_LISTED'],
  ])('%s', async (_, asked, outcome) => {
    const record = await provoke(strict, (sending) => http(sending, { body: { query: asked } }));
    expect(saying(record)).toEqual([...at, outcome, admin(strict)]);
  });

  test('one operation more than may be open at once', async () => {
    const crowded = await startTestGraph({
      concurrency: { ...defaultSettings.concurrency, perCredential: 1 },
    });
    const stream = crowded.client().iterate({ query: 'subscription { said(topic: "a") { text } }' });
    const first = stream.next();
    const topic = await crowded.chat.nextTopic();
    const record = await provoke(crowded, (sending) => http(sending, { body: { query } }));
    expect(saying(record)).toEqual([...at, 'TOO_MANY_OPERATIONS', admin(crowded)]);
    topic.queue.end();
    await first;
    await crowded.close();
  });
});
