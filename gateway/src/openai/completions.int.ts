/** `/v1/completions` as OpenAI's own client library sees it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenAiGraph, startOpenAiGraph } from '../../test/openai-graph.ts';

let graph: OpenAiGraph;
let openai: OpenAiGraph['openai'];
beforeAll(async () => {
  graph = await startOpenAiGraph();
  openai = graph.openai;
});
afterAll(() => graph.close());

describe('a completion', () => {
  test('of several prompts has a choice for each, from the prompt as it is', async () => {
    const answer = openai.completions.create({ model: 'fathom-facts', prompt: ['a', 'b'], echo: true });
    const asked = [await graph.willSay('1'), await graph.willSay('1')];
    // Which of the two comes first is nobody's business.
    expect(asked.map(({ input }) => [input['prompt'], input['raw']]).sort()).toEqual([
      ['a', true],
      ['b', true],
    ]);
    expect(await answer).toMatchObject({
      object: 'text_completion',
      choices: [
        { index: 0, text: 'a1', finish_reason: 'stop' },
        { index: 1, text: 'b1', finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 14, completion_tokens: 2 },
    });
  });

  test('streams', async () => {
    const answer = openai.completions.create({ model: 'fathom', prompt: 'Why?', stream: true });
    await graph.willSay('Be', 'cause');
    const texts: string[] = [];
    for await (const { choices } of await answer) texts.push(choices[0]?.text ?? '');
    expect(texts.join('')).toBe('Because');
  });
});
