/**
 * What attackers send below GraphQL: batches that are none, compression bombs, slow and oversized senders, malformed bytes and
 * forms, polluted prototypes, injected headers. Each gets a typed refusal, and the gateway goes on answering. What they ask in
 * GraphQL is in `owasp.int.ts`.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type GraphQLAnswer, startTestGraph, type TestGraph } from '../../test/test-graph.ts';
import { defaultSettings } from '../settings.ts';

let graph: TestGraph;
beforeAll(async () => {
  graph = await startTestGraph({
    maxBodyBytes: 64 * 1024,
    maxBatchOperations: 3,
  });
});
afterAll(() => graph.close());
afterEach(async () => {
  expect((await graph.query('{ message(topic: "alive") { text } }')).data).toEqual({
    message: { text: 'alive' },
  });
});

const json = { 'content-type': 'application/json' };
const query = '{ message(topic: "t") { text } }';

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = json,
) {
  const response = await fetch(`${graph.url}/graphql`, {
    method: 'POST',
    headers: { 'x-api-key': graph.key, ...headers },
    body,
  });
  const text = await response.text();
  const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as GraphQLAnswer;
  return { status: response.status, code: answer.errors?.[0]?.extensions['code'], answer, text };
}

describe('a batch', () => {
  const post = async (operations: readonly unknown[]) => {
    const { status, text } = await send(JSON.stringify(operations));
    return { status, answers: JSON.parse(text) as GraphQLAnswer[] };
  };

  test('is answered in its order, each operation for itself', async () => {
    const { status, answers } = await post([
      { query },
      { query: '{ nope }' },
      { query: 'mutation { say(topic: "t", text: "x") { text } }' },
    ]);
    expect(status).toBe(200);
    expect(answers).toMatchObject([
      { data: { message: { text: 't' } } },
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      { data: { say: { text: 'x' } } },
    ]);
  });

  test('of too many, of none, or of batches is refused', async () => {
    expect(await send(JSON.stringify(Array(4).fill({ query })))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
    expect(await send('[]')).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(
      (await post([[{ query }], 7, { query: 'subscription { said(topic: "a") { text } }' }])).answers,
    ).toMatchObject([
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      { errors: [{ extensions: { code: 'OPERATION_NEEDS_STREAM' } }] },
    ]);
  });
});

describe('a compressed body', () => {
  test('is read, whichever common encoding', async () => {
    const body = JSON.stringify({ query });
    for (const [encoding, compress] of [
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ] as const)
      expect((await send(compress(body), { ...json, 'content-encoding': encoding })).answer.data).toEqual({
        message: { text: 't' },
      });
  });

  test('that is a bomb is refused at the limit, not when it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(64 * 1024);
    const before = process.memoryUsage().rss;
    expect(await send(bomb, { ...json, 'content-encoding': 'gzip' })).toMatchObject({
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1024 * 1024);
  });

  test('that is broken or of an unknown encoding is refused', async () => {
    expect(await send('not gzip', { ...json, 'content-encoding': 'gzip' })).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(await send('x', { ...json, 'content-encoding': 'zip' })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
    expect(await send('x', { ...json, 'content-encoding': '__proto__' })).toMatchObject({
      code: 'BAD_REQUEST',
    });
  });
});

describe('bytes', () => {
  test('that are not UTF-8 are refused', async () => {
    const around = ['{"query":"{ message(topic: \\"', '\\") { text } }"}'].map((text) => Buffer.from(text));
    const sent = (bytes: readonly number[]) =>
      send(Buffer.concat([around[0]!, Buffer.from(bytes), around[1]!]));
    // What is around them is sound.
    expect((await sent([0xc3, 0xa4])).answer.data).toEqual({ message: { text: 'ä' } });
    for (const bytes of [[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) {
      const { status, code, text } = await sent(bytes);
      expect({ status, code }).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
      expect(text).toContain('not UTF-8');
    }
  });

  test('that are a form or a multipart of whatever shape are refused', async () => {
    for (const type of [
      'multipart/form-data; boundary=x',
      'multipart/form-data',
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json;charset=utf-7, text/plain',
    ])
      expect([type, (await send('--x\r\ngarbage', { 'content-type': type })).code]).toEqual([
        type,
        type.startsWith('application/json') ? 'BAD_USER_INPUT' : 'BAD_REQUEST',
      ]);
  });

  test('that would pollute prototypes change nothing', async () => {
    const body = `{"query":"query ($input: StyleInput!) { style(input: $input) }","variables":{"input":{"tone":"WARM","__proto__":{"polluted":true}},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}},"extensions":{"__proto__":{"persistedQuery":7}}}`;
    const { answer } = await send(body);
    expect(answer.errors?.[0]?.extensions['code'] ?? 'answered').toMatch(/BAD_USER_INPUT|answered/);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    const aliases = await graph.query(
      '{ __proto__: whoami constructor: message(topic: "t") { toString: text } }',
    );
    expect(JSON.stringify(aliases.data)).toContain('"toString":"t"');
    const { data } = await graph.query('{ whoami }');
    expect(Object.entries(aliases.data ?? {})[0]).toEqual(['__proto__', (data as { whoami: string }).whoami]);
  });
});

describe('a form with a file', () => {
  const post = async (
    body: string | Uint8Array<ArrayBuffer>,
    type = 'multipart/form-data; boundary=4f1c9e',
  ) => {
    const response = await fetch(`${graph.url}/v1/files`, {
      method: 'POST',
      headers: { 'x-api-key': graph.key, 'content-type': type },
      body,
    });
    return { status: response.status, text: await response.text() };
  };
  const part = (name: string, content: string, file = '') =>
    `--4f1c9e\r\ncontent-disposition: form-data; name="${name}"${file && `; filename="${file}"`}\r\n\r\n${content}\r\n`;
  const purpose = part('purpose', 'fine-tune');

  test.each([
    ['without a boundary', 'garbage', 'multipart/form-data'],
    ['with another boundary than it says', `${purpose}--4f1c9e--\r\n`, 'multipart/form-data; boundary=y'],
    ['that is cut off', `${purpose}${part('file', '{}', 'a.jsonl')}`.slice(0, -3), undefined],
    [
      'without a line between head and content',
      '--4f1c9e\r\ncontent-disposition: form-data\r\n--4f1c9e--\r\n',
      undefined,
    ],
  ])('%s cannot be read', async (_, body, type) => {
    const answered = await post(body, type);
    expect(answered.status).toBe(400);
    expect(answered.text).toContain('the form cannot be read');
  });

  test.each([
    ['of another purpose', `${part('purpose', 'assistants')}--4f1c9e--\r\n`, '`purpose` must be fine-tune'],
    ['without the file', `${purpose}--4f1c9e--\r\n`, '`file` is missing or empty'],
    [
      'whose file is a field',
      `${purpose}${part('file', 'text')}--4f1c9e--\r\n`,
      '`file` is missing or empty',
    ],
    [
      'whose file is empty',
      `${purpose}${part('file', '', 'a.jsonl')}--4f1c9e--\r\n`,
      '`file` is missing or empty',
    ],
  ])('%s is refused by what is wrong with it', async (_, body, problem) => {
    const answered = await post(body);
    expect(answered.status).toBe(400);
    expect(answered.text).toContain(problem);
  });

  test('whose file is not UTF-8 is refused', async () => {
    const [before, after] = `${purpose}${part('file', '|', 'a.jsonl')}--4f1c9e--\r\n`.split('|');
    const body = Buffer.concat([Buffer.from(before!), Buffer.from([0xff, 0xfe]), Buffer.from(after!)]);
    expect((await post(body)).text).toContain('the file is not UTF-8');
  });

  test('of another type is refused', async () => {
    expect(await post('{}', 'application/json')).toMatchObject({
      status: 400,
      text: expect.stringContaining('send multipart/form-data'),
    });
  });
});

describe('a slow sender', () => {
  // A gateway of its own: so little time is too little for senders that hurry on a machine that does much else.
  let hurried: TestGraph;
  beforeAll(async () => {
    hurried = await startTestGraph({ headersTimeoutMs: 200, bodyTimeoutMs: 200 });
  });
  afterAll(() => hurried.close());

  async function raw(text: string, { port } = hurried.gateway): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    return answer;
  }

  test('of headers is closed', async () => {
    expect(await raw('POST /graphql HTTP/1.1\r\nhost: x\r\nx-slow: ')).toMatch(/^(HTTP\/1.1 408|$)/);
  });

  test('of a body is told REQUEST_TIMEOUT', async () => {
    const head = `POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: ${hurried.key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"qu`;
    const answer = await raw(head);
    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect(answer).toContain('REQUEST_TIMEOUT');
  });

  test('cannot inject headers or split answers by what it sends', async () => {
    const search = new URLSearchParams({ query: '{ whoami }', operationName: 'x\r\nset-cookie: a=b' });
    const response = await fetch(`${graph.url}/graphql?${search}`, { headers: { 'x-api-key': graph.key } });
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(response.status).toBe(400);
    const answer = await raw(
      'GET /%0d%0aset-cookie:a=b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
      graph.gateway,
    );
    expect(answer.split('\r\n\r\n')[0]).not.toMatch(/set-cookie/i);
  });
});

describe('a WebSocket', () => {
  const open = async () => {
    const socket = new WebSocket(`${graph.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    return socket;
  };
  const closeCode = async (socket: WebSocket): Promise<unknown> => (await once(socket, 'close'))[0];

  test('whose message is too large is closed with 1009', async () => {
    const socket = await open();
    socket.send('x'.repeat(65 * 1024));
    expect(await closeCode(socket)).toBe(1009);
  });

  test('that sends what is no message, or bytes that are no text, is closed', async () => {
    const nonsense = await open();
    nonsense.send('{"type":"nonsense"}');
    expect(await closeCode(nonsense)).toBe(4400);
    const noText = await open();
    noText.send(Buffer.from([0xff, 0xfe, 0x28]), { binary: false });
    expect([1007, 1006]).toContain(await closeCode(noText));
  });

  test('that subscribes before it said who it is is closed with 4401', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ whoami }' } }));
    expect(await closeCode(socket)).toBe(4401);
  });
});

describe('every answer', () => {
  test('carries the headers that keep it where it belongs', async () => {
    const { headers } = await graph.post({ query });
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'no-store',
    });
    expect(headers.get('strict-transport-security')).toBeNull();
    const behindTls = await graph.post({ query }, { 'x-forwarded-proto': 'https' });
    expect(behindTls.headers.get('strict-transport-security')).toContain('max-age');
  });
});

test('a key that has as many streams open as it may is refused another, over whichever transport', async () => {
  const small = await startTestGraph({ concurrency: { ...defaultSettings.concurrency, perCredential: 1 } });
  const stream = small.client().iterate({ query: 'subscription { said(topic: "a") { text } }' });
  const first = stream.next();
  const topic = await small.chat.nextTopic();
  expect((await small.query(query)).errors?.[0]?.extensions).toMatchObject({
    code: 'TOO_MANY_OPERATIONS',
    per: 'credential',
  });
  topic.queue.end();
  await first;
  await expect.poll(async () => (await small.query(query)).errors).toBeUndefined();
  await small.close();
});
