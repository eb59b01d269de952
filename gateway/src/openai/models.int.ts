/** `/v1/models` as OpenAI's own client library sees it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenAiGraph, startOpenAiGraph } from '../../test/openai-graph.ts';

let graph: OpenAiGraph;
let openai: OpenAiGraph['openai'];
beforeAll(async () => {
  graph = await startOpenAiGraph();
  openai = graph.openai;
});
afterAll(() => graph.close());

describe('the models', () => {
  test('are the platform itself and every name that leads to a version in service', async () => {
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual([
      'fathom',
      'fathom-facts',
      'fathom-facts@champion',
      'fathom-facts@3',
      'fathom-facts@candidate',
      'fathom-facts@4',
    ]);
    expect(await openai.models.retrieve('fathom-facts@candidate')).toMatchObject({
      object: 'model',
      version: 'fathom-facts@4',
      created: 1_795_509_000,
    });
    await expect(openai.models.retrieve('gpt-9')).rejects.toMatchObject({
      status: 404,
      code: 'UNKNOWN_MODEL',
    });
  });
});
