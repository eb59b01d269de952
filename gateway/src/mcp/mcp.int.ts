/** The MCP endpoint as the protocol's own client library sees it, and bare HTTP where that library is too polite. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';

let graph: InferenceGraph;
let client: Client;
beforeAll(async () => {
  graph = await startInferenceGraph();
  client = await connect(graph.key);
});
afterAll(async () => {
  await client.close();
  await graph.close();
});

async function connect(key: string): Promise<Client> {
  const created = new Client({ name: 'test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${graph.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  await created.connect(transport as Parameters<Client['connect']>[0]);
  return created;
}

function post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${graph.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${graph.key}`,
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('the tools', () => {
  test('are the checked-in operations that this supergraph can answer, with the schema of their variables', async () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'fathom' });
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['Ask', 'AskAndWait', 'CancelGeneration', 'ServedModels']));
    // This supergraph has no training service.
    expect(names).not.toContain('StartTrainingRun');
    expect(tools.find(({ name }) => name === 'ServedModels')).toMatchObject({
      description: 'Every model version that is served, with the names that lead to it.',
      annotations: { title: 'Served models', readOnlyHint: true },
      inputSchema: { type: 'object', properties: {} },
    });
    expect(tools.find(({ name }) => name === 'AskAndWait')).toMatchObject({
      annotations: { readOnlyHint: false },
      inputSchema: {
        required: ['input'],
        properties: { input: { $ref: '#/$defs/AskInput' } },
        $defs: {
          AskInput: {
            required: ['question'],
            properties: {
              question: {
                type: 'string',
                description: 'The question in plain words, 1 to 8,000 characters.',
              },
              maxTokens: { type: 'integer', default: 128 },
              useCache: { type: 'boolean', default: true },
            },
          },
        },
      },
    });
  });

  test('are offered only to who holds their scopes; one that is called all the same is refused with the scope', async () => {
    const reader = await connect((await graph.issueKey({ roles: ['viewer'] })).key);
    const names = (await reader.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ServedModels']));
    expect(names).not.toContain('Ask');
    expect(names).not.toContain('CancelGeneration');
    const refused = await reader.callTool({ name: 'AskAndWait', arguments: { input: { question: 'Why?' } } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toContain('inference:ask');
    await reader.close();
  });
});

describe('calling a tool', () => {
  test('of a query answers with its data', async () => {
    const result = await client.callTool({ name: 'ServedModels' });
    expect(result.structuredContent).toMatchObject({
      deployments: [{ modelVersion: { id: 'fathom-facts@3' } }, {}, {}],
    });
    expect(JSON.parse((result.content as { text: string }[])[0]?.text ?? '')).toEqual(
      result.structuredContent,
    );
  });

  test('of a stream tells each event as progress, and answers with all of them when it ends', async () => {
    const progress: number[] = [];
    const [result] = await Promise.all([
      client.callTool({ name: 'Ask', arguments: { input: { question: 'Why?' } } }, undefined, {
        onprogress: (event) => void progress.push(event.progress),
      }),
      graph.willSay('Be', 'cause.'),
    ]);
    expect(progress).toEqual([1, 2, 3, 4, 5]);
    expect(result.structuredContent).toMatchObject({
      eventCount: 5,
      events: [{ ask: { __typename: 'GenerationStarted' } }, {}, { ask: { text: 'Be' } }, {}, {}],
    });
  });

  test('of a stream stops the work when the client leaves', async () => {
    const leaving = new AbortController();
    const left = fetch(`${graph.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${graph.key}` },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'Ask', arguments: { input: { question: 'Why?' } } },
      }),
      signal: leaving.signal,
    });
    left.catch(() => undefined);
    const asked = await graph.nextGeneration();
    leaving.abort();
    expect(await asked.left.promise).toBe('UNSUBSCRIBED');
  });

  test('that the graph refuses is a result which the model can read, with the code', async () => {
    const wrong = await client.callTool({ name: 'AskAndWait', arguments: { input: { question: 7 } } });
    expect(wrong.isError).toBe(true);
    expect(JSON.parse((wrong.content as { text: string }[])[0]?.text ?? '')).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    const unknown = await client.callTool({
      name: 'Ask',
      arguments: { input: { question: 'Why?', model: 'nonsense' } },
    });
    expect(JSON.stringify(unknown.content)).toContain('UNKNOWN_MODEL');
  });

  test('that is none is an error of the protocol', async () => {
    await expect(client.callTool({ name: '__proto__' })).rejects.toMatchObject({ code: -32602 });
    await expect(client.callTool({ name: 'DropDatabase' })).rejects.toMatchObject({ code: -32602 });
  });
});

describe('the protocol', () => {
  const list = { jsonrpc: '2.0', id: 7, method: 'tools/list' };

  test('asks for a credential before anything else', async () => {
    await expect(connect('fth_wrong')).rejects.toThrow();
    const response = await post(list, { authorization: '' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect(await response.json()).toMatchObject({ error: { data: { code: 'UNAUTHENTICATED' } } });
  });

  test('does not answer a page of an origin that is not listed', async () => {
    expect((await post(list, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await post(list, { origin: graph.url })).status).toBe(200);
  });

  test('knows no session: GET and DELETE are 405, a notification is 202', async () => {
    for (const method of ['GET', 'DELETE'])
      expect((await fetch(`${graph.url}/mcp`, { method })).status).toBe(405);
    expect((await post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
  });

  test('agrees on a revision that both know, and refuses one that it does not in a later request', async () => {
    const initialize = async (protocolVersion: string) =>
      (await (
        await post({
          jsonrpc: '2.0',
          id: 1,
          method: 'initialize',
          params: { protocolVersion, capabilities: {} },
        })
      ).json()) as { result: { protocolVersion: string } };
    expect((await initialize('2025-03-26')).result.protocolVersion).toBe('2025-03-26');
    expect((await initialize('1999-01-01')).result.protocolVersion).toBe('2025-11-25');
    expect((await post(list, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
  });

  test('answers what is no message by an error, and goes on', async () => {
    for (const body of ['{', '[]', '{"jsonrpc":"1.0","id":1,"method":"ping"}', 'null', '"text"'])
      expect([body, (await post(body)).status]).toEqual([body, 400]);
    expect(await (await post({ ...list, method: 'resources/list' })).json()).toMatchObject({
      id: 7,
      error: { code: -32601 },
    });
    expect(await (await post({ ...list, method: 'ping' })).json()).toEqual({
      jsonrpc: '2.0',
      id: 7,
      result: {},
    });
  });
});
