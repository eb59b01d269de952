/** The OpenAI API as the Vercel AI SDK and LangChain see it. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';

let graph: InferenceGraph;
beforeAll(async () => {
  graph = await startInferenceGraph();
});
afterAll(() => graph.close());

describe('the Vercel AI SDK', () => {
  const provider = () =>
    createOpenAICompatible({
      name: 'fathom',
      baseURL: `${graph.url}/v1`,
      apiKey: graph.key,
      includeUsage: true,
    });

  test('generates', async () => {
    const answer = generateText({ model: provider()('fathom'), prompt: 'Why?' });
    await graph.willSay('Be', 'cause.');
    const { text, usage, response } = await answer;
    expect([text, usage.outputTokens, response.modelId]).toEqual(['Because.', 2, 'fathom-facts@3']);
  });

  test('streams', async () => {
    const { textStream, usage } = streamText({ model: provider()('fathom'), prompt: 'Why?' });
    const said = graph.willSay('Be', 'cause.');
    const texts: string[] = [];
    for await (const text of textStream) texts.push(text);
    await said;
    expect(texts.join('')).toBe('Because.');
    expect((await usage).totalTokens).toBe(9);
  });
});

describe('LangChain', () => {
  const model = () =>
    new ChatOpenAI({
      model: 'fathom',
      apiKey: graph.key,
      maxRetries: 0,
      configuration: { baseURL: `${graph.url}/v1` },
    });

  test('invokes', async () => {
    const answer = model().invoke('Why?');
    await graph.willSay('Be', 'cause.');
    expect(await answer).toMatchObject({ content: 'Because.', usage_metadata: { total_tokens: 9 } });
  });

  test('streams', async () => {
    const said = graph.willSay('Be', 'cause.');
    const texts: unknown[] = [];
    for await (const { content } of await model().stream('Why?')) texts.push(content);
    await said;
    expect(texts.join('')).toBe('Because.');
  });
});
