/**
 * Every kind of refusal at every entrance: each leaves one audit event, under the trace of its request, with who, what, which way
 * and why, and nothing of what the client sent.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';
import { type LocalIssuer, startLocalIssuer } from '../../test/local-issuer.ts';
import { startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { parseApiKey } from '../auth/api-key.ts';
import { createJwtVerifier } from '../auth/jwt.ts';
import { defaultSettings, type GatewaySettings } from '../settings.ts';
import type { AuditRecord } from '../stores/audit-store.ts';

/** Wherever a client may put something of its own, it puts this; the trail must not have it. */
const secret = 'hunter2hunter2';
const relayKey = 'of-the-router-0123456789-0123456789';
const oauth = { issuer: undefined, audience: 'fathom', tokenLifetimeMs: 60_000, keyLifetimeMs: 60_000 };

let issuer: LocalIssuer;
let graph: TestGraph;
let strict: TestGraph;
let inference: InferenceGraph;
beforeAll(async () => {
  issuer = await startLocalIssuer();
  const jwt = createJwtVerifier(issuer.options);
  const oauthKeys = { publish: async () => undefined, list: async () => [] };
  const settings: Partial<GatewaySettings> = {
    maxBodyBytes: 4096,
    bodyTimeoutMs: 100,
    maxBatchOperations: 2,
    cors: { origins: ['http://console.example'] },
    oauth,
    relay: { host: '127.0.0.1', port: 0, key: relayKey },
  };
  graph = await startTestGraph(settings, {}, { jwt, oauthKeys });
  strict = await startTestGraph({ introspection: 'off', safelist: 'enforce' });
  inference = await startInferenceGraph();
});
afterAll(async () => {
  await Promise.all([graph?.close(), strict?.close(), inference?.close(), issuer?.close()]);
});

interface Sending {
  readonly at: TestGraph | InferenceGraph;
  /** Carries the trace by which the event is found. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What one event says; `who`: the subject, and null where nobody was proven. */
type Expected = readonly [transport: string, entrance: string | null, outcome: string, who: string | null];

async function provoke(
  at: TestGraph | InferenceGraph,
  send: (sending: Sending) => Promise<unknown>,
): Promise<AuditRecord> {
  const traceId = randomBytes(16).toString('hex');
  await send({ at, headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } });
  const found = () => at.audited.filter((record) => record.traceId === traceId);
  // It was recorded before its answer left, and so was whatever else the request has caused: one flush has all of it.
  await expect.poll(found).not.toEqual([]);
  expect(found()).toHaveLength(1);
  const [record] = found() as [AuditRecord];
  expect(record).toMatchObject({ kind: 'REFUSAL', occurrences: 1 });
  for (const sent of [secret, at.key.slice(15)]) expect(JSON.stringify(record)).not.toContain(sent);
  return record;
}

const saying = ({ transport, entrance, outcome, subject }: AuditRecord): Expected => [
  transport,
  entrance,
  outcome,
  subject,
];

const admin = (at: TestGraph | InferenceGraph) => `key:${parseApiKey(at.key)?.id}`;
const json = { 'content-type': 'application/json' };
const query = `{ message(topic: "${secret}") { text } }`;

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another's, or nobody's. */
  readonly key?: string | undefined;
}

async function http({ at, headers }: Sending, sent: Sent = {}): Promise<number> {
  const { method = 'POST', path = '/graphql', body } = sent;
  const key = 'key' in sent ? sent.key : at.key;
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : json),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
      ...sent.headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return response.status;
}

type Row = readonly [what: string, sent: () => Sent | Promise<Sent>, expected: readonly string[]];

/** Rows of one entrance: what is sent, and what the event says of it, of the admin where nothing else is said. */
function table(at: () => TestGraph | InferenceGraph, rows: readonly Row[]): void {
  test.each(rows)('%s', async (_, sent, [transport, entrance, outcome, who]) => {
    const given = await sent();
    const record = await provoke(at(), (sending) => http(sending, given));
    const expected = who === 'nobody' ? null : (who ?? admin(at()));
    expect(saying(record)).toEqual([transport, entrance, outcome, expected]);
    expect(record.reason).toEqual(expect.any(String));
    expect(record.tenant === null).toBe(expected === null);
  });
}

const post = (body: unknown, rest: Sent = {}) => ({ body, ...rest });
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

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
    const record = await provoke(graph, async ({ headers }) => {
      const socket = connect(graph.gateway.port, '127.0.0.1').resume();
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: ${graph.key}\r\ntraceparent: ${headers['traceparent']}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
      );
      await once(socket, 'close');
    });
    expect(saying(record)).toEqual(['http', 'POST /graphql', 'REQUEST_TIMEOUT', admin(graph)]);
  });
});

describe('credentials that are known, and not valid', () => {
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
      [await issuer.sign({ expires: inSeconds(-60) }), 'TOKEN_EXPIRED', 'ada'],
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

describe('WebSocket', () => {
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
    const authorization = `Bearer ${await issuer.sign({ expires: inSeconds(-60) })}`;
    const over = await provoke(graph, (sending) => speak(sending, { init: { authorization } }));
    expect(saying(over)).toEqual(['websocket', 'connection_init', 'TOKEN_EXPIRED', 'ada']);
  });
});

describe('/v1', () => {
  const v1 = (path: string) => ['openai', `POST /v1/${path}`];
  const form = (content: string, purpose = 'fine-tune') => ({
    path: '/v1/files',
    headers: { 'content-type': 'multipart/form-data; boundary=4f1c' },
    body:
      `--4f1c\r\ncontent-disposition: form-data; name="purpose"\r\n\r\n${purpose}\r\n` +
      `--4f1c\r\ncontent-disposition: form-data; name="file"; filename="${secret}"\r\n\r\n${content}\r\n--4f1c--\r\n`,
  });
  table(
    () => inference,
    [
      [
        'no credential',
        () => post({}, { path: '/v1/chat/completions', key: undefined }),
        [...v1('chat/completions'), 'UNAUTHENTICATED', 'nobody'],
      ],
      [
        'what is no conversation',
        () => post({ messages: secret }, { path: '/v1/chat/completions' }),
        [...v1('chat/completions'), 'BAD_USER_INPUT'],
      ],
      [
        'no prompt',
        () => post({ prompt: 7 }, { path: '/v1/completions' }),
        [...v1('completions'), 'BAD_USER_INPUT'],
      ],
      [
        'no texts',
        () => post({ input: 7 }, { path: '/v1/embeddings' }),
        [...v1('embeddings'), 'BAD_USER_INPUT'],
      ],
      ['no JSON', () => post(secret, { path: '/v1/embeddings' }), [...v1('embeddings'), 'BAD_USER_INPUT']],
      ['a file that is no form', () => post({}, { path: '/v1/files' }), [...v1('files'), 'BAD_REQUEST']],
      ['a file of another purpose', () => form('{}', secret), [...v1('files'), 'BAD_USER_INPUT']],
      ['a file, by the graph behind it', () => form(secret), [...v1('files'), 'GRAPHQL_VALIDATION_FAILED']],
      [
        'a job that is none',
        () => post({ training_file: 7 }, { path: '/v1/fine_tuning/jobs' }),
        [...v1('fine_tuning/jobs'), 'BAD_USER_INPUT'],
      ],
      [
        'an unknown model',
        () => ({ method: 'GET', path: `/v1/models/${secret}` }),
        ['openai', 'GET /v1/models/*', 'UNKNOWN_MODEL'],
      ],
      ['an unknown path', () => post({}, { path: `/v1/${secret}` }), ['openai', 'POST /v1/*', 'NOT_FOUND']],
    ],
  );

  test('a missing scope, refused by the graph behind it', async () => {
    const { id, key } = await inference.issueKey({ roles: ['viewer'] });
    const body = { messages: [{ role: 'user', content: secret }] };
    const record = await provoke(inference, (sending) =>
      http(sending, { path: '/v1/chat/completions', body, key }),
    );
    expect(saying(record)).toEqual(['openai', 'POST /v1/chat/completions', 'FORBIDDEN', `key:${id}`]);
    expect(record.reason).toContain('inference:ask');
  });
});

describe('/mcp', () => {
  const rpc = (method: string, params: object = {}, rest: Sent = {}) =>
    post({ jsonrpc: '2.0', id: 1, method, params }, { path: '/mcp', ...rest });
  const at = ['mcp', 'POST /mcp'];
  table(
    () => inference,
    [
      ['no credential', () => rpc('ping', {}, { key: undefined }), [...at, 'UNAUTHENTICATED', 'nobody']],
      ['what is no message', () => post([], { path: '/mcp' }), [...at, 'BAD_REQUEST']],
      [
        'a revision that it does not speak',
        () => rpc('ping', {}, { headers: { 'mcp-protocol-version': '1999-01-01' } }),
        [...at, 'BAD_REQUEST'],
      ],
      ['an unknown method', () => rpc(secret), ['mcp', 'POST /mcp *', 'NOT_FOUND']],
      [
        'an unknown tool',
        () => rpc('tools/call', { name: secret }),
        ['mcp', 'POST /mcp tools/call', 'BAD_REQUEST'],
      ],
      [
        'arguments that do not fit',
        () => rpc('tools/call', { name: 'AskAndWait', arguments: { input: { question: [secret] } } }),
        ['mcp', 'tools/call AskAndWait', 'BAD_USER_INPUT'],
      ],
    ],
  );

  test('a tool without its scope', async () => {
    const { id, key } = await inference.issueKey({ roles: ['viewer'] });
    const record = await provoke(inference, (sending) =>
      http(sending, rpc('tools/call', { name: 'Ask', arguments: { input: { question: secret } } }, { key })),
    );
    expect(saying(record)).toEqual(['mcp', 'tools/call Ask', 'FORBIDDEN', `key:${id}`]);
  });

  test('a page of an origin that is not listed', async () => {
    const record = await provoke(graph, (sending) =>
      http(sending, { path: '/mcp', body: {}, headers: { origin: `http://${secret}.example` } }),
    );
    expect(saying(record)).toEqual(['http', 'POST /mcp', 'FORBIDDEN', null]);
  });
});

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
