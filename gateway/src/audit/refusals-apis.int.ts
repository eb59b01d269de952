/**
 * Every kind of refusal of the ways in that are no GraphQL leaves one audit event, under the trace of its request, with who, what, which way
 * and why, and nothing of what the client sent.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';
import { http, post, provoke, type Sent, saying, secret, table } from '../../test/refusals.ts';

let inference: InferenceGraph;
beforeAll(async () => {
  inference = await startInferenceGraph();
});
afterAll(() => inference.close());

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
    const record = await provoke(inference, (sending) =>
      http(sending, { path: '/mcp', body: {}, headers: { origin: `http://${secret}.example` } }),
    );
    expect(saying(record)).toEqual(['http', 'POST /mcp', 'FORBIDDEN', null]);
  });
});
