/** `/v1/chat/completions` as OpenAI's own client library and bare HTTP see it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chatMessages, type OpenAiGraph, startOpenAiGraph } from '../../test/openai-graph.ts';
import { readEvents } from '../../test/sse-client.ts';

let graph: OpenAiGraph;
let openai: OpenAiGraph['openai'];
beforeAll(async () => {
  graph = await startOpenAiGraph();
  openai = graph.openai;
});
afterAll(() => graph.close());

describe('a chat completion', () => {
  test('of `fathom` is an ask: routed, with the model that served it and the route in the answer', async () => {
    const answer = openai.chat.completions.create({
      model: 'fathom',
      messages: chatMessages,
      max_tokens: 4096,
    });
    const asked = await graph.willSay('Paris', '.');
    expect(asked).toMatchObject({
      field: 'ask',
      input: { question: 'What is the capital of France?', maxTokens: 512 },
    });
    expect(await answer).toMatchObject({
      id: `chatcmpl-${asked.id}`,
      object: 'chat.completion',
      model: 'fathom-facts@3',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Paris.' },
          finish_reason: 'stop',
          logprobs: null,
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      fathom: {
        generation: asked.id,
        service: 'INFERENCE',
        reason: 'CONFIDENT',
        score: 0.9,
        bound: 0.6,
        calibrationVersion: 'c1',
      },
    });
  });

  test('of a named model is a generate with the options that the platform has, and without those it has not', async () => {
    const answer = openai.chat.completions.create({
      model: 'fathom-facts@3',
      messages: chatMessages,
      temperature: 0.7,
      top_p: 0.9,
      seed: 2 ** 40,
      stop: '\n',
      max_completion_tokens: 9,
      logprobs: true,
      // @ts-expect-error: no client library knows it, and no answer may fail for it
      invented_option: { deep: true },
      logit_bias: { 50256: -100 },
      presence_penalty: 0.5,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'city', schema: { type: 'object', properties: { city: { type: 'string' } } } },
      },
    });
    const asked = await graph.willSay('Par', 'is');
    expect(asked).toMatchObject({
      field: 'generate',
      input: {
        messages: [
          { role: 'SYSTEM', content: 'Be brief.' },
          { role: 'USER', content: 'What is the capital of France?' },
        ],
        model: 'fathom-facts@3',
        logitBias: [{ tokenId: 50256, bias: -100 }],
        presencePenalty: 0.5,
        responseFormat: { jsonSchema: '{"type":"object","properties":{"city":{"type":"string"}}}' },
        temperature: 0.7,
        topP: 0.9,
        stop: ['\n'],
        maxTokens: 9,
      },
    });
    expect((await answer).choices[0]?.logprobs?.content).toEqual([
      { token: 'Par', logprob: -0.5, bytes: [80, 97, 114], top_logprobs: [] },
      { token: 'is', logprob: -0.5, bytes: [105, 115], top_logprobs: [] },
    ]);
  });

  test('streams each token as it comes, the route in its first chunk, and no usage unless it is asked for', async () => {
    const stream = await Promise.all([
      openai.chat.completions.create({ model: 'fathom', messages: chatMessages, stream: true }),
      graph.nextGeneration().then((asked) => {
        asked.routed();
        return asked;
      }),
    ]);
    const [chunks, asked] = [stream[0][Symbol.asyncIterator](), stream[1]];
    expect((await chunks.next()).value).toMatchObject({
      id: `chatcmpl-${asked.id}`,
      model: 'fathom-facts@3',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      fathom: { reason: 'CONFIDENT' },
    });
    for (const text of ['Par', 'is', ' 🐟']) {
      asked.text(text);
      expect((await chunks.next()).value).toMatchObject({
        model: 'fathom-facts@3',
        choices: [{ delta: { content: text }, finish_reason: null }],
      });
    }
    asked.completed('LENGTH');
    const { value: last } = await chunks.next();
    expect(last).toMatchObject({ choices: [{ delta: {}, finish_reason: 'length' }] });
    expect(last).not.toHaveProperty('usage');
    expect((await chunks.next()).done).toBe(true);
  });

  test('ends a stream with the usage in a chunk without choices, and [DONE]', async () => {
    const answer = graph.postJson('chat/completions', {
      messages: chatMessages,
      stream: true,
      stream_options: { include_usage: true },
    });
    await graph.willSay('Paris');
    const response = await answer;
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('x-fathom-generation')).toMatch(/^g\d+$/);
    const data: string[] = [];
    for await (const event of readEvents(response)) data.push(event.data);
    expect(data.at(-1)).toBe('[DONE]');
    expect(JSON.parse(data.at(-2) ?? '')).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
    });
    for (const chunk of data.slice(0, -2))
      expect(JSON.parse(chunk)).toMatchObject({ choices: [{ index: 0 }], usage: null });
  });

  test('that its client aborts stops the generation, streamed or not', async () => {
    for (const stream of [true, false]) {
      const leaving = new AbortController();
      const answer = openai.chat.completions.create(
        { model: 'fathom', messages: chatMessages, stream },
        { signal: leaving.signal },
      );
      answer.catch(() => undefined);
      const asked = await graph.nextGeneration();
      asked.routed();
      if (stream) await answer;
      leaving.abort();
      expect(await asked.left.promise).toBe('UNSUBSCRIBED');
    }
  });

  test('has as many choices as asked for, of different seeds, merged in one stream', async () => {
    const answer = openai.chat.completions.create({
      model: 'fathom-facts',
      messages: chatMessages,
      n: 2,
      seed: 5,
      stream: true,
    });
    const [first, second] = [await graph.nextGeneration(), await graph.nextGeneration()];
    expect(new Set([first.input['seed'], second.input['seed']])).toEqual(new Set([5, 6]));
    for (const asked of [first, second]) {
      asked.routed();
      asked.text(`of seed ${asked.input['seed']}`);
      asked.completed();
    }
    const texts = ['', ''];
    const ids = new Set<string>();
    for await (const { id, choices } of await answer) {
      ids.add(id);
      const [choice] = choices;
      texts[choice?.index ?? 0] += choice?.delta.content ?? '';
    }
    expect(texts).toEqual(['of seed 5', 'of seed 6']);
    expect(ids.size).toBe(1);
  });

  test('of deep-learning names it as the model that served', async () => {
    const answer = openai.chat.completions.create({ model: 'fathom', messages: chatMessages });
    const asked = await graph.nextGeneration();
    asked.routed({ service: 'DEEP_LEARNING', reason: 'TAUGHT' });
    asked.text('42.');
    asked.completed('ABSTAINED');
    expect(await answer).toMatchObject({
      model: 'deep-learning',
      choices: [{ finish_reason: 'stop', message: { content: '42.' } }],
      fathom: { reason: 'TAUGHT' },
    });
  });

  test('whose text is withdrawn has the answer that holds; a stream that showed it ends with an error', async () => {
    const play = async () => {
      const asked = await graph.nextGeneration();
      asked.routed();
      asked.text('Lyon');
      asked.retracted('Lyon');
      asked.routed({ service: 'DEEP_LEARNING', reason: 'LOW_CONFIDENCE' });
      asked.text('Nobody knows.');
      asked.completed('ABSTAINED');
    };
    const [whole] = await Promise.all([
      openai.chat.completions.create({ model: 'fathom', messages: chatMessages }),
      play(),
    ]);
    expect(whole).toMatchObject({
      model: 'deep-learning',
      choices: [{ message: { content: 'Nobody knows.' } }],
      fathom: { reason: 'LOW_CONFIDENCE' },
    });
    const [stream] = await Promise.all([
      openai.chat.completions.create({ model: 'fathom', messages: chatMessages, stream: true }),
      play(),
    ]);
    const texts: string[] = [];
    const read = async () => {
      for await (const chunk of stream) texts.push(chunk.choices[0]?.delta.content ?? '');
    };
    await expect(read()).rejects.toMatchObject({ code: 'ANSWER_WITHDRAWN' });
    expect(texts.join('')).toBe('Lyon');
  });
});
