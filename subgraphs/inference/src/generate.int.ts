/** What `generate` can be asked for, through the subgraph's own GraphQL. */
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from './testing/inference-harness.ts';
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
    failure { code message }
    usage { promptTokens truncatedPromptTokens cachedPromptTokens completionTokens } }
  ... on InvalidInput { field message }`;

interface Generated {
  readonly id: string;
  readonly prompt: string;
  readonly text: string;
  readonly usage: {
    readonly promptTokens: number;
    readonly truncatedPromptTokens: number;
    readonly cachedPromptTokens: number;
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
