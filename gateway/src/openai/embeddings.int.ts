/** `/v1/embeddings` as OpenAI's own client library and LangChain see it. */
import { OpenAIEmbeddings } from '@langchain/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenAiGraph, startOpenAiGraph } from '../../test/openai-graph.ts';

let graph: OpenAiGraph;
let openai: OpenAiGraph['openai'];
beforeAll(async () => {
  graph = await startOpenAiGraph();
  openai = graph.openai;
});
afterAll(() => graph.close());

describe('embeddings', () => {
  test('are the vectors of the texts in their order, in whichever form the client asks for', async () => {
    const expected = [
      { object: 'embedding', index: 0, embedding: [0.25, 0.7578125] },
      { object: 'embedding', index: 1, embedding: [0.5, 0.765625] },
    ];
    // The library asks for base64 unless told otherwise, and turns it back into numbers.
    for (const encoding_format of [undefined, 'float'] as const)
      expect(
        await openai.embeddings.create({
          model: 'fathom',
          input: ['ab', 'bcde'],
          ...(encoding_format ? { encoding_format } : {}),
        }),
      ).toMatchObject({ model: 'use-lite-en@0.2.0', data: expected, usage: { total_tokens: 2 } });
    const vectors = new OpenAIEmbeddings({
      model: 'use-lite-en@0.2.0',
      apiKey: graph.key,
      maxRetries: 0,
      configuration: { baseURL: `${graph.url}/v1` },
    });
    expect(await vectors.embedQuery('ab')).toEqual([0.25, 0.7578125]);
  });

  test('come from a trained encoder by its alias, and the answer says which version that is', async () => {
    expect(await openai.embeddings.create({ model: 'people@champion', input: 'ab' })).toMatchObject({
      model: 'people@2',
      data: [{ embedding: [0.25, 0.7578125] }],
    });
    await expect(openai.embeddings.create({ model: 'fathom-facts', input: 'a' })).rejects.toMatchObject({
      status: 400,
      code: 'INVALID_INPUT',
      param: 'model',
    });
  });

  test('of an unknown encoder, or of what is no text, are refused', async () => {
    await expect(openai.embeddings.create({ model: 'ada-002', input: 'a' })).rejects.toMatchObject({
      status: 404,
      code: 'UNKNOWN_MODEL',
    });
    await expect(openai.embeddings.create({ model: 'fathom', input: [1, 2, 3] })).rejects.toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      param: 'input',
    });
  });
});
