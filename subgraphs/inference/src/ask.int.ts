import type { DeliveredMessage } from '@fathom/platform/broker/broker';
import { createDeferred } from '@fathom/platform/deferred';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  askSubscription,
  type Harness,
  resumeSubscription,
  type Streamed,
  startHarness,
} from './testing/inference-harness.ts';
import {
  abstention,
  type ScriptedDeepLearning,
  startScriptedDeepLearning,
} from './testing/scripted-deep-learning.ts';
import { calibrate, writeTinyModel } from './testing/tiny-model.ts';

/*
 * The tiny models' words are noise, so their calibrations are made for the outcome: the score is the logistic of the
 * lowest token log-probability, and the bound lies where the test wants it. Seed 2's draft keeps above -2.4 for 64
 * tokens and falls to -2.8 afterwards; seed 8's ends by itself.
 */
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const database = useTestDatabase();
let harness: Harness;
let deep: ScriptedDeepLearning;
let client: Client;

beforeAll(async () => {
  deep = await startScriptedDeepLearning();
  harness = await startHarness({ databaseUrl: database.url, deepLearning: deep.deepLearning });
  await registerCalibrated('tiny@1', 8, { bound: 0 });
  await registerCalibrated('unsure@1', 1, { bound: 0.99 });
  await registerCalibrated('astray@1', 2, { bound: logistic(-2.5) });
  for (const version of ['tiny@1', 'unsure@1', 'astray@1']) {
    await harness.moveAlias('champion', version);
    await harness.deploymentIs(version, 'READY');
  }
  client = await harness.subgraph.webSocketClient();
});

afterAll(async () => {
  await harness.close();
  await deep.close();
});

async function registerCalibrated(
  versionId: string,
  seed: number,
  { bound, refusals = [] }: { bound: number; refusals?: string[] },
) {
  const folder = await writeTinyModel({ seed });
  await calibrate(folder, { version: `${versionId}-calibration`, bound, refusals });
  await harness.register(versionId, folder);
}

interface Answer {
  readonly id: string;
  readonly status: string;
  readonly text: string;
  readonly service: string;
  readonly reason: string;
  readonly explanation: string;
  readonly score: number | null;
  readonly bound: number | null;
  readonly calibrationVersion: string | null;
  readonly draft: string | null;
  readonly finishReason: string;
  readonly tokens: readonly { readonly text: string }[];
  readonly evidence: readonly { readonly similarity: number; readonly knowledge: { readonly id: string } }[];
  readonly modelVersion: { readonly id: string } | null;
  readonly device: { readonly id: string } | null;
}

const askMutation = `mutation ($input: AskInput!) { ask(input: $input) { ... on Generation {
  id status text service reason explanation score bound calibrationVersion draft finishReason tokens { text }
  evidence { similarity knowledge { id } } modelVersion { id } device { id } } } }`;

async function ask(input: object): Promise<Answer> {
  const { data, errors } = await harness.subgraph.request<{ ask: Answer }>(askMutation, { input });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.ask;
}

async function collect(query: string, variables: Record<string, unknown>): Promise<Streamed[]> {
  const all: Streamed[] = [];
  for await (const { data } of client.iterate<Record<string, Streamed>>({ query, variables })) {
    const event = Object.values(data ?? {})[0];
    if (event) all.push(event);
  }
  return all;
}

/** The first message of a topic about a generation. */
async function announced(topic: string, generationId: string): Promise<DeliveredMessage> {
  const found = createDeferred<DeliveredMessage>();
  const subscription = await harness.platform.broker.subscribe({
    topics: [topic],
    group: `test-${topic}-${generationId}`,
    handle: async (message) => {
      if ((message.payload as { generationId?: string }).generationId === generationId)
        found.resolve(message);
    },
  });
  const message = await found.promise;
  await subscription.close();
  return message;
}

test('a confident answer comes from the model, with score, bound, calibration and tokens', async () => {
  const answer = await ask({ question: 'Who is sure?', useCache: false });
  expect(answer).toMatchObject({
    status: 'COMPLETED',
    service: 'INFERENCE',
    reason: 'CONFIDENT',
    calibrationVersion: 'tiny@1-calibration',
    bound: 0,
    draft: null,
    modelVersion: { id: 'tiny@1' },
    device: { id: 'cpu-0' },
  });
  expect(answer.tokens.map(({ text }) => text).join('')).toBe(answer.text);
  expect(answer.explanation).toMatch(/reaches the bound/);
  const { payload } = await announced('generation.completed', answer.id);
  expect(payload).toMatchObject({
    tenant: 'test',
    reason: 'CONFIDENT',
    modelVersionId: 'tiny@1',
    status: 'COMPLETED',
  });
});

test('the same question in other case and spacing is answered from the cache, without the device', async () => {
  const first = await ask({ question: 'What is cached?' });
  const again = await ask({ question: '  what IS   cached ' });
  expect(first.reason).toBe('CONFIDENT');
  expect(again).toMatchObject({
    reason: 'CACHE_HIT',
    service: 'INFERENCE',
    text: first.text,
    score: first.score,
    device: null,
  });
  expect(again.tokens).toEqual(first.tokens);
  expect(again.explanation).toContain(first.id);
  expect((await ask({ question: 'What is cached?', useCache: false })).reason).toBe('CONFIDENT');
  const stranger = await harness.subgraph.request<{ ask: Answer }>(
    askMutation,
    { input: { question: 'What is cached?' } },
    { tenant: 'stranger' },
  );
  expect(stranger.data?.ask.reason).toBe('CONFIDENT');
});

test('a doubtful draft goes to deep-learning, which answers with evidence on the caller’s behalf', async () => {
  deep.answerWith(() => ({
    __typename: 'EvidencedAnswer',
    text: 'The office is in Oslo.',
    confidence: 0.9,
    explanation: 'It was taught.',
    evidence: [{ similarity: 0.83, isVerified: true, knowledge: { id: 'k1' } }],
  }));
  const answer = await ask({ question: 'Where is the office?', model: 'unsure' });
  expect(answer).toMatchObject({
    status: 'COMPLETED',
    service: 'DEEP_LEARNING',
    reason: 'LOW_CONFIDENCE',
    text: 'The office is in Oslo.',
    finishReason: 'STOP',
    tokens: [],
    evidence: [{ similarity: 0.83, knowledge: { id: 'k1' } }],
    bound: 0.99,
  });
  expect(answer.draft).not.toBe('');
  expect(deep.asked.at(-1)).toMatchObject({
    question: 'Where is the office?',
    generationId: answer.id,
    draft: answer.draft,
    identity: { tenant: 'test', subject: 'tester', scopes: expect.arrayContaining(['deep-learning:read']) },
  });
});

test('an answer of deep-learning is streamed word by word behind its routing', async () => {
  deep.answerWith(() => abstention);
  const events = await collect(askSubscription, { input: { question: 'Who knows?', model: 'unsure' } });
  expect(events.map(({ __typename }) => __typename)).toEqual([
    'GenerationStarted',
    'GenerationRouted',
    ...abstention.text.split(' ').map(() => 'TokenGenerated'),
    'GenerationCompleted',
  ]);
  expect(events.filter(({ text }) => text !== undefined).every(({ tokenId }) => tokenId === null)).toBe(true);
  expect(events.at(-1)).toMatchObject({
    finishReason: 'ABSTAINED',
    generation: { text: abstention.text, status: 'COMPLETED' },
  });
});

test('a question that nobody can answer is announced as unknown', async () => {
  deep.answerWith(() => abstention);
  const answer = await ask({ question: 'What is unknown?', model: 'unsure' });
  const { payload } = await announced('question.unknown', answer.id);
  expect(payload).toEqual({
    generationId: answer.id,
    tenant: 'test',
    question: 'What is unknown?',
    draft: answer.draft,
    score: answer.score,
    bound: 0.99,
  });
});

test('a draft by which the model says that it does not know is out of scope', async () => {
  const { draft } = await ask({ question: 'What do you not know?', model: 'unsure', maxTokens: 6 });
  await registerCalibrated('refusing@1', 1, { bound: 0, refusals: [draft ?? ''] });
  await harness.moveAlias('champion', 'refusing@1');
  await harness.deploymentIs('refusing@1', 'READY');
  const answer = await ask({ question: 'What do you not know?', model: 'refusing', maxTokens: 6 });
  expect(answer).toMatchObject({
    reason: 'OUT_OF_SCOPE',
    service: 'DEEP_LEARNING',
    finishReason: 'ABSTAINED',
  });
});

test('a taught question goes to deep-learning before the model is asked, until it is forgotten', async () => {
  deep.answerWith(({ draft }) => ({
    __typename: 'EvidencedAnswer',
    text: `Taught, ${draft ?? 'without a draft'}.`,
    confidence: 1,
    explanation: 'It was taught.',
    evidence: [{ similarity: 1, isVerified: true, knowledge: { id: 'k2' } }],
  }));
  const taught = {
    knowledgeId: 'k2',
    tenant: 'test',
    questions: ['Who taught?', 'Who was the teacher?'],
    taughtAt: new Date(),
  };
  await harness.announce('knowledge.taught', taught);
  await expect.poll(async () => (await ask({ question: 'WHO was the teacher' })).reason).toBe('TAUGHT');
  const answer = await ask({ question: 'Who taught?' });
  expect(answer).toMatchObject({
    service: 'DEEP_LEARNING',
    text: 'Taught, without a draft.',
    score: null,
    modelVersion: null,
  });
  await harness.announce('knowledge.forgotten', { knowledgeId: 'k2', tenant: 'test' });
  await expect.poll(async () => (await ask({ question: 'Who taught?' })).reason).toBe('CONFIDENT');
});

test('a long answer that goes astray after it was shown is retracted and rerouted', async () => {
  deep.answerWith(() => abstention);
  const events = await collect(askSubscription, {
    input: { question: 'What is the capital of France?', model: 'astray' },
  });
  const types = events.map(({ __typename }) => __typename);
  const retractedAt = types.indexOf('TextRetracted');
  expect(retractedAt).toBeGreaterThan(64);
  expect(
    events.filter(({ __typename }) => __typename === 'GenerationRouted').map(({ reason }) => reason),
  ).toEqual(['CONFIDENT', 'LOW_CONFIDENCE']);
  expect(events.at(-1)?.generation.text).toBe(abstention.text);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  const resumed = await collect(resumeSubscription, {
    id: events[0]?.generation.id,
    after: events[10]?.cursor,
  });
  expect(resumed).toEqual(events.slice(11));
});

test('a slow deep-learning can be cancelled', async () => {
  const [reached, released, started] = [createDeferred(), createDeferred(), createDeferred<string>()];
  deep.answerWith(async () => {
    reached.resolve();
    await released.promise;
    return abstention;
  });
  const asking = (async () => {
    for await (const { data } of client.iterate<{ ask: Streamed }>({
      query: askSubscription,
      variables: { input: { question: 'Slow?', model: 'unsure' } },
    })) {
      if (data) started.resolve(data.ask.generation.id);
      if (data?.ask.__typename === 'GenerationCompleted') return data.ask;
    }
    return undefined;
  })();
  const [id] = await Promise.all([started.promise, reached.promise]);
  await harness.subgraph.request('mutation ($id: ID!) { cancelGeneration(id: $id) { __typename } }', { id });
  expect(await asking).toMatchObject({ finishReason: 'CANCELLED', generation: { status: 'CANCELLED' } });
  released.resolve();
});

test('without deep-learning the doubtful draft is shown, marked as what it is, and the circuit ends the waiting', async () => {
  await deep.stop();
  const answer = await ask({ question: 'Is anybody there?', model: 'unsure' });
  expect(answer).toMatchObject({
    service: 'INFERENCE',
    reason: 'SERVICE_UNAVAILABLE',
    status: 'COMPLETED',
    bound: 0.99,
  });
  expect(answer.text).toBe(answer.draft);
  expect(answer.explanation).toMatch(/do not rely on it/);
  for (let i = 0; i < 3; i++) await ask({ question: `Still nobody ${i}?`, model: 'unsure' });
  expect((await ask({ question: 'And now?', model: 'unsure' })).reason).toBe('SERVICE_UNAVAILABLE');
});
