/** The OpenAI API as its own client library, the Vercel AI SDK, LangChain and bare HTTP see it. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InferenceGraph, startInferenceGraph } from '../../test/inference-graph.ts';
import { readEvents } from '../../test/sse-client.ts';

let graph: InferenceGraph;
let openai: OpenAI;
beforeAll(async () => {
  graph = await startInferenceGraph();
  openai = new OpenAI({ baseURL: `${graph.url}/v1`, apiKey: graph.key, maxRetries: 0 });
});
afterAll(() => graph.close());

const messages = [
  { role: 'system' as const, content: 'Be brief.' },
  { role: 'user' as const, content: 'What is the capital of France?' },
];

function post(
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${graph.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${graph.key}`, ...headers },
    body: JSON.stringify(body),
  });
}

describe('a chat completion', () => {
  test('of `fathom` is an ask: routed, with the model that served it and the route in the answer', async () => {
    const answer = openai.chat.completions.create({ model: 'fathom', messages, max_tokens: 4096 });
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
      messages,
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
      openai.chat.completions.create({ model: 'fathom', messages, stream: true }),
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
    expect((await chunks.next()).value).toMatchObject({ choices: [{ delta: {}, finish_reason: 'length' }] });
    expect((await chunks.next()).done).toBe(true);
  });

  test('ends a stream with the usage in a chunk without choices, and [DONE]', async () => {
    const answer = post('chat/completions', {
      messages,
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
    expect(data.slice(0, -2).join()).not.toContain('"usage"');
  });

  test('that its client aborts stops the generation, streamed or not', async () => {
    for (const stream of [true, false]) {
      const leaving = new AbortController();
      const answer = openai.chat.completions.create(
        { model: 'fathom', messages, stream },
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
      messages,
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
    const answer = openai.chat.completions.create({ model: 'fathom', messages });
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
      openai.chat.completions.create({ model: 'fathom', messages }),
      play(),
    ]);
    expect(whole).toMatchObject({
      model: 'deep-learning',
      choices: [{ message: { content: 'Nobody knows.' } }],
      fathom: { reason: 'LOW_CONFIDENCE' },
    });
    const [stream] = await Promise.all([
      openai.chat.completions.create({ model: 'fathom', messages, stream: true }),
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

describe('a completion', () => {
  test('of several prompts has a choice for each, from the prompt as it is', async () => {
    const answer = openai.completions.create({ model: 'fathom-facts', prompt: ['a', 'b'], echo: true });
    const asked = [await graph.willSay('1'), await graph.willSay('1')];
    expect(asked.map(({ input }) => [input['prompt'], input['raw']])).toEqual([
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

describe('an error', () => {
  const refused: readonly [string, object, object][] = [
    ['an unknown model', { model: 'nonsense' }, { status: 404, code: 'UNKNOWN_MODEL', param: 'model' }],
    ['a full queue', { model: 'busy' }, { status: 429, code: 'OVERLOADED', type: 'rate_limit_error' }],
    [
      'a value out of range',
      { model: 'strict' },
      { status: 400, code: 'INVALID_INPUT', param: 'temperature' },
    ],
    ['no messages', { messages: [] }, { status: 400, code: 'BAD_USER_INPUT', param: 'messages' }],
    ['too many choices', { n: 17 }, { status: 400, code: 'BAD_USER_INPUT', param: 'n' }],
    [
      'a picture',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      { status: 400, code: 'BAD_USER_INPUT' },
    ],
  ];
  for (const [what, change, expected] of refused)
    for (const stream of [false, true])
      test(`for ${what} has its status and the platform's code, ${stream ? 'streamed' : 'whole'}`, async () => {
        const body = { model: 'fathom', messages, stream, ...change };
        await expect(openai.chat.completions.create(body as never)).rejects.toMatchObject(expected);
      });

  test('that can be retried says when', async () => {
    const response = await post('chat/completions', { model: 'busy', messages });
    expect(response.headers.get('retry-after-ms')).toBe('1');
    expect(await response.json()).toMatchObject({ error: { code: 'OVERLOADED', type: 'rate_limit_error' } });
  });

  test('of a generation that fails while it streams ends the stream', async () => {
    const stream = openai.chat.completions.create({ model: 'fathom', messages, stream: true });
    const asked = await graph.nextGeneration();
    asked.routed();
    asked.text('Par');
    asked.failed('DEVICE_LOST', 'The device was lost.');
    const read = async () => {
      for await (const _ of await stream);
    };
    await expect(read()).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  });

  test('for a key that is unknown, or lacks the scope', async () => {
    const stranger = new OpenAI({ baseURL: `${graph.url}/v1`, apiKey: 'sk-unknown', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      type: 'authentication_error',
    });
    await expect
      .poll(() => graph.audited.map(({ transport, outcome }) => `${transport} ${outcome}`))
      .toContain('openai UNAUTHENTICATED');
    const { key } = await graph.issueKey({ roles: ['viewer'] });
    const reader = new OpenAI({ baseURL: `${graph.url}/v1`, apiKey: key, maxRetries: 0 });
    await expect(reader.chat.completions.create({ model: 'fathom', messages })).rejects.toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
      type: 'permission_error',
    });
    expect((await reader.models.list()).data.length).toBeGreaterThan(0);
  });

  test('for a path that is none, a body that is none, and a body too large', async () => {
    expect((await post('audio/speech', {})).status).toBe(404);
    const notJson = await fetch(`${graph.url}/v1/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${graph.key}` },
      body: '{',
    });
    expect([notJson.status, await notJson.json()]).toMatchObject([
      400,
      { error: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await post('completions', { prompt: 'x'.repeat(2 ** 20) })).status).toBe(413);
  });
});

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
