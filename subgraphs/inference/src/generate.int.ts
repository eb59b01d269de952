/** What `generate` can be asked for, through the subgraph's own GraphQL. */
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  eventFields,
  generateSubscription,
  type Harness,
  type Streamed,
  startHarness,
} from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({ databaseUrl: database.url });
  await harness.register('tiny@1', await writeTinyModel({ maxPositions: 128 }));
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
});

afterAll(() => harness.close());

const fields = `__typename
  ... on Generation { id prompt messages { role content } text finishReason
    tokens { tokenId text logProbability topLogProbabilities { tokenId text logProbability } }
    choices { index text finishReason tokens { text } }
    failure { code message }
    usage { promptTokens truncatedPromptTokens cachedPromptTokens completionTokens } }
  ... on InvalidInput { field message }`;

interface Alternative {
  readonly tokenId: number;
  readonly text: string;
  readonly logProbability: number;
}

interface Token extends Alternative {
  readonly topLogProbabilities: readonly Alternative[];
}

interface Generated {
  readonly id: string;
  readonly prompt: string;
  readonly text: string;
  readonly finishReason: string;
  readonly tokens: readonly Token[];
  readonly choices: readonly {
    readonly index: number;
    readonly text: string;
    readonly finishReason: string;
    readonly tokens: readonly { readonly text: string }[];
  }[];
  readonly usage: {
    readonly promptTokens: number;
    readonly truncatedPromptTokens: number;
    readonly cachedPromptTokens: number;
    readonly completionTokens: number;
  };
}

async function generate(input: Record<string, unknown>): Promise<Generated> {
  const { data, errors } = await harness.subgraph.request<{ generate: Generated }>(
    `mutation ($input: GenerateInput!) { generate(input: $input) { ${fields} } }`,
    { input },
  );
  if (!data?.generate) throw new Error(JSON.stringify(errors));
  return data.generate;
}

const user = (content: string) => ({ role: 'USER', content });
const assistant = (content: string) => ({ role: 'ASSISTANT', content });

test('a conversation is rendered by the template of the model, and kept as it was given', async () => {
  const messages = [user('Who?'), assistant('Nobody.'), user('What is the capital of France?')];
  const chat = await generate({ messages, maxTokens: 8 });
  expect(chat).toMatchObject({ prompt: 'What is the capital of France?', messages });
  const alone = await generate({ prompt: 'What is the capital of France?', maxTokens: 8 });
  expect(alone).toMatchObject({ messages: [] });
  expect(chat.usage.promptTokens).toBeGreaterThan(alone.usage.promptTokens);
  const single = await generate({ messages: [user('What is the capital of France?')], maxTokens: 8 });
  expect(single.text).toBe(alone.text);
  const stored = await harness.subgraph.request(
    'query ($id: ID!) { generation(id: $id) { messages { role content } } }',
    {
      id: chat.id,
    },
  );
  expect(stored.data).toEqual({ generation: { messages } });
});

test('a conversation that the template refuses is invalid, in the words of the template', async () => {
  const refused = await generate({ messages: [{ role: 'SYSTEM', content: 'Be brief.' }, user('Who?')] });
  expect(refused).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.messages',
    message: expect.stringContaining('not system'),
  });
});

test('a prompt longer than the context is refused with both numbers', async () => {
  const refused = await generate({ prompt: 'Zq'.repeat(200) });
  expect(refused).toMatchObject({ __typename: 'InvalidInput', field: 'input.prompt' });
  expect((refused as unknown as { message: string }).message).toMatch(
    /has \d+ tokens.*context is 128 tokens/,
  );
});

test('a prompt is truncated where that is allowed, and says by how much', async () => {
  const prompt = `${'Zq'.repeat(200)} What is the capital of France?`;
  const whole = await generate({ prompt, raw: true, truncatePrompt: true, maxTokens: 28 });
  expect(whole.usage.promptTokens).toBe(100);
  expect(whole.usage.truncatedPromptTokens).toBeGreaterThan(0);
  const messages = [user('Zq'.repeat(30)), assistant('Zq'.repeat(30)), user('Who discovered oxygen?')];
  const chat = await generate({ messages, truncatePrompt: true, maxTokens: 28 });
  const last = await generate({ prompt: 'Who discovered oxygen?', maxTokens: 28 });
  expect(chat.text).toBe(last.text);
  expect(chat.usage.promptTokens).toBe(last.usage.promptTokens);
  const stored = await harness.subgraph.request(
    'query ($id: ID!) { generation(id: $id) { usage { truncatedPromptTokens } } }',
    { id: chat.id },
  );
  expect(stored.data).toEqual({
    generation: { usage: { truncatedPromptTokens: chat.usage.truncatedPromptTokens } },
  });
});

test('an idempotency key joins the same conversation and refuses another', async () => {
  const messages = [user('Who?'), assistant('Nobody.'), user('Why?')];
  const [first, second] = [
    await generate({ messages, maxTokens: 4, idempotencyKey: 'chat' }),
    await generate({ messages, maxTokens: 4, idempotencyKey: 'chat' }),
  ];
  expect(second.id).toBe(first.id);
  const other = [user('Where?'), assistant('Nowhere.'), user('Why?')];
  expect(await generate({ messages: other, maxTokens: 4, idempotencyKey: 'chat' })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.idempotencyKey',
  });
});

test('the next turn of a chat says how much of its prompt was in the cache, and metrics count it', async () => {
  const question = user('Where in the world is the tallest of all mountains, and who says so?');
  const first = await generate({ messages: [question], maxTokens: 12 });
  const messages = [question, assistant(first.text), user('Why?')];
  const second = await generate({ messages, maxTokens: 12, priority: 'HIGH' });
  expect(second.usage.cachedPromptTokens).toBeGreaterThan(first.usage.promptTokens / 2);
  expect(second.usage.cachedPromptTokens).toBeLessThan(second.usage.promptTokens);
  const metrics = await harness.platform.metrics.registry.metrics();
  expect(metrics).toMatch(/fathom_prompt_tokens_total\{.*cache="hit".*\} [1-9]/);
});

test('a deadline that passes fails the generation with its code', async () => {
  const late = await generate({ prompt: 'What is the capital of France?', maxTokens: 100, deadlineMs: 1 });
  expect(late).toMatchObject({ finishReason: 'ERROR', failure: { code: 'DEADLINE_EXCEEDED' } });
});

const question = 'What is the capital of France?';

test('the likeliest tokens are reported beside each token, in the stream and in the row', async () => {
  const generated = await generate({ prompt: question, maxTokens: 6, topLogProbabilities: 3 });
  for (const { tokenId, logProbability, topLogProbabilities } of generated.tokens) {
    expect(topLogProbabilities).toHaveLength(3);
    expect(topLogProbabilities[0]).toMatchObject({ tokenId, logProbability });
  }
  const stored = await harness.subgraph.request<{ generation: Generated }>(
    'query ($id: ID!) { generation(id: $id) { tokens { topLogProbabilities { tokenId text logProbability } } } }',
    { id: generated.id },
  );
  expect(stored.data?.generation.tokens.map(({ topLogProbabilities }) => topLogProbabilities)).toEqual(
    generated.tokens.map(({ topLogProbabilities }) => topLogProbabilities),
  );
});

const sampled = { prompt: question, maxTokens: 10, temperature: 1.5, seed: 4, n: 3 };

test('several completions share their prompt; the first is what it is alone, each differs by its seed', async () => {
  const alone = await generate({ ...sampled, n: 1 });
  const several = await generate(sampled);
  expect(alone.choices).toMatchObject([{ index: 0, text: alone.text, finishReason: alone.finishReason }]);
  expect(several.text).toBe(alone.text);
  expect(several.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
  expect(new Set(several.choices.map(({ text }) => text)).size).toBe(3);
  for (const choice of several.choices)
    expect(choice.tokens.map(({ text }) => text).join('')).toBe(choice.text);
  const tokens = several.choices.reduce((sum, choice) => sum + choice.tokens.length, 0);
  expect(several.usage.completionTokens).toBe(tokens);
  expect((await generate(sampled)).choices).toEqual(several.choices);
  const stored = await harness.subgraph.request<{ generation: Generated }>(
    'query ($id: ID!) { generation(id: $id) { choices { index text finishReason tokens { text } } } }',
    { id: several.id },
  );
  expect(stored.data?.generation.choices).toEqual(several.choices);
});

test('several completions take as many places of the queue as they are', async () => {
  // Slow enough that the first is under way while others are refused, on a loaded machine too.
  await harness.register('slow@1', await writeTinyModel({ layers: 32, isEndless: true }));
  await harness.deploymentIs('slow@1', 'UNLOADED');
  const client = await harness.subgraph.webSocketClient();
  const input = { ...sampled, model: 'slow@1', n: 8, maxTokens: 512 };
  const stream = client.iterate<{ generate: Streamed }>({
    query: generateSubscription,
    variables: { input },
  });
  let first: Streamed | undefined;
  do first = (await stream.next()).value?.data?.generate;
  while (first && first.__typename !== 'TokenGenerated');
  for (const n of [5, 8])
    expect(await generate({ ...sampled, n })).toMatchObject({ __typename: 'Overloaded' });
  const cancel = 'mutation ($id: ID!) { cancelGeneration(id: $id) { __typename } }';
  expect(await harness.subgraph.request(cancel, { id: first?.generation.id })).toMatchObject({
    data: { cancelGeneration: { __typename: 'Generation' } },
  });
  await expect
    .poll(() => harness.inference.pool.snapshots()[0])
    .toMatchObject({ activeSequences: 0, queuedRequests: 0 });
  expect(await generate({ ...sampled, n: 8 })).toMatchObject({ __typename: 'Generation' });
});

test('a stream of several completions says which each token belongs to, and when each is whole', async () => {
  const expected = await generate(sampled);
  const client = await harness.subgraph.webSocketClient();
  const query = `subscription ($input: GenerateInput!) { generate(input: $input) { ${eventFields}
    ... on TokenGenerated { choice } ... on ChoiceCompleted { choice } } }`;
  const events: (Streamed & { choice?: number })[] = [];
  for await (const { data } of client.iterate<{ generate: Streamed }>({
    query,
    variables: { input: sampled },
  }))
    if (data) events.push(data.generate);
  for (const { index, text } of expected.choices) {
    const own = events.filter(({ choice }) => choice === index);
    expect(own.map((event) => event.text ?? '').join('')).toBe(text);
    expect(own.at(-1)?.__typename).toBe('ChoiceCompleted');
  }
  expect(events.at(-1)).toMatchObject({
    __typename: 'GenerationCompleted',
    generation: { text: expected.text },
  });
});

const schema = {
  type: 'object',
  properties: {
    city: { type: 'string', maxLength: 6 },
    size: { type: 'integer', minimum: 0, maximum: 999 },
    tags: { type: 'array', items: { enum: ['old', 'new'] }, maxItems: 2 },
  },
  required: ['city', 'size', 'tags'],
  additionalProperties: false,
};

test('a completion that must be JSON always parses and has the form of its schema', async () => {
  const responseFormat = { jsonSchema: JSON.stringify(schema) };
  const all = await Promise.all(
    Array.from({ length: 8 }, (_, seed) =>
      generate({ prompt: question, maxTokens: 100, temperature: 1.3, seed, responseFormat }),
    ),
  );
  for (const { text, finishReason } of all) {
    expect(finishReason).toBe('STOP');
    const value = JSON.parse(text) as { city: string; size: number; tags: string[] };
    expect(Object.keys(value)).toEqual(['city', 'size', 'tags']);
    expect([...value.city].length).toBeLessThanOrEqual(6);
    expect(value.size).toBeLessThanOrEqual(999);
    for (const tag of value.tags) expect(['old', 'new']).toContain(tag);
  }
});

test('a completion matches its regular expression or its grammar, also the likeliest one', async () => {
  const date = await generate({
    prompt: question,
    responseFormat: { regex: '(19|20)[0-9]{2}-(0[1-9]|1[0-2])' },
  });
  expect(date).toMatchObject({
    finishReason: 'STOP',
    text: expect.stringMatching(/^(19|20)\d\d-(0[1-9]|1[0-2])$/),
  });
  const verdict = await generate({ prompt: question, responseFormat: { grammar: 'root ::= "yes" | "no"' } });
  expect(verdict).toMatchObject({ finishReason: 'STOP', text: expect.stringMatching(/^(yes|no)$/) });
});

test.each([
  [{ jsonSchema: '{"type":"nope"}' }, 'input.responseFormat.jsonSchema', /nope/],
  [{ regex: '(a' }, 'input.responseFormat.regex', /parenthesis/],
  [{ grammar: 'root ::= missing' }, 'input.responseFormat.grammar', /missing/],
  [{ regex: 'a', grammar: 'root ::= "a"' }, 'input.responseFormat', /exactly one/],
])('the form %j is refused by name before anything is accepted', async (responseFormat, field, reason) => {
  expect(await generate({ prompt: question, responseFormat })).toMatchObject({
    __typename: 'InvalidInput',
    field,
    message: expect.stringMatching(reason),
  });
});

test('the very same input is shown again from the cache where that is asked for, and says so', async () => {
  const query = `mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation {
    id reason explanation finishReason usage { deviceMs }
    choices { text finishReason tokens { tokenId logProbability topLogProbabilities { tokenId } } } } } }`;
  const ask = async (input: object) => {
    const { data } = await harness.subgraph.request<{
      generate: {
        id: string;
        reason: string;
        explanation: string;
        choices: unknown;
        usage: { deviceMs: number };
      };
    }>(query, { input: { prompt: 'Who is cached?', maxTokens: 9, useCache: true, ...input } });
    if (!data) throw new Error('no data');
    return data.generate;
  };
  const sampled = { temperature: 1, seed: 8, n: 2, topLogProbabilities: 2 };
  const first = await ask(sampled);
  const again = await ask(sampled);
  expect(first.reason).toBe('REQUESTED');
  expect(again).toMatchObject({ reason: 'CACHE_HIT', choices: first.choices, usage: { deviceMs: 0 } });
  expect(again.explanation).toContain(first.id);
  for (const other of [
    { ...sampled, seed: 9 },
    { ...sampled, maxTokens: 8 },
    { ...sampled, useCache: false },
  ])
    expect((await ask(other)).reason).toBe('REQUESTED');
  const unseeded = { temperature: 1 };
  await ask(unseeded);
  expect((await ask(unseeded)).reason).toBe('REQUESTED');
});
