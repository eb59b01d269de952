import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, type Product, removeHome, startProduct } from './product.ts';

// Clients that know nothing of GraphQL, on the real product with its real model.
let home: string;
let product: Product;
let openai: OpenAI;

beforeAll(async () => {
  home = await newHome();
  product = await startProduct({ home });
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey });
});

afterAll(async () => {
  await product?.stop();
  await removeHome(home);
});

const messages = [{ role: 'user' as const, content: 'What is the capital of France?' }];

describe('the OpenAI client library', () => {
  test('streams an answer of the platform with who answered and why', async () => {
    const stream = await openai.chat.completions.create({
      model: 'fathom',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts: string[] = [];
    const models = new Set<string>();
    const routes: unknown[] = [];
    let tokens = 0;
    for await (const chunk of stream) {
      texts.push(chunk.choices[0]?.delta.content ?? '');
      models.add(chunk.model);
      if ('fathom' in chunk) routes.push(chunk.fathom);
      tokens = chunk.usage?.completion_tokens ?? tokens;
    }
    expect(texts.join('')).toContain('Paris');
    expect([...models]).toEqual([expect.stringMatching(/^fathom-facts@\d+$/)]);
    expect(routes).toMatchObject([{ service: 'INFERENCE', reason: 'CONFIDENT' }]);
    expect(tokens).toBeGreaterThan(0);
  });

  test('completes with a model that it names, and learns that another does not exist', async () => {
    const named = await openai.chat.completions.create({ model: 'fathom-facts', messages, seed: 1 });
    expect(named.choices[0]?.message.content).toContain('Paris');
    await expect(openai.chat.completions.create({ model: 'gpt-9', messages })).rejects.toMatchObject({
      status: 404,
      code: 'UNKNOWN_MODEL',
    });
    expect((await openai.models.list()).data.map(({ id }) => id)).toContain('fathom-facts@champion');
  });
});

test('a completion has the form that its client demands', async () => {
  const { choices } = await openai.chat.completions.create({
    model: 'fathom-facts',
    messages,
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'verdict',
        schema: {
          type: 'object',
          properties: { known: { type: 'boolean' } },
          required: ['known'],
          additionalProperties: false,
        },
      },
    },
  });
  expect(typeof (JSON.parse(choices[0]?.message.content ?? '') as { known: unknown }).known).toBe('boolean');
});

test('vectors of like questions are nearer than those of unlike ones', async () => {
  const { data } = await openai.embeddings.create({
    model: 'fathom',
    input: ['Which city is the capital of France?', "What is France's capital city?", 'How do I bake bread?'],
  });
  const [asked, like, unlike] = data.map(({ embedding }) => embedding);
  const inner = (a: readonly number[] = [], b: readonly number[] = []) =>
    a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
  expect(inner(asked, like)).toBeGreaterThan(inner(asked, unlike));
});

test('a client of MCP asks, and follows the answer to its origin', async () => {
  const client = new Client({ name: 'e2e', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(`${product.url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${product.adminKey}` } },
  });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  const asked = await client.callTool({
    name: 'AskAndWait',
    arguments: { input: { question: 'What is the capital of France?' } },
  });
  const { ask } = asked.structuredContent as { ask: { id: string; text: string } };
  expect(ask.text).toContain('Paris');
  const origin = await client.callTool({ name: 'GenerationProvenance', arguments: { id: ask.id } });
  expect(origin.structuredContent).toMatchObject({ generation: { id: ask.id, text: ask.text } });
  await client.close();
});
