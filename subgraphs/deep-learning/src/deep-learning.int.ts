import { createDeferred } from '@fathom/platform/deferred';
import { loadTypeDefs } from '@fathom/platform/repository';
import { countQueries } from '@fathom/platform/testing/count-queries';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { createVectorIndex } from '@fathom/platform/vectors/vector-index';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reEmbed } from './actions/re-embed.ts';
import type { Retrieval } from './actions/retrieve.ts';
import { consumeUnknownQuestions } from './events/question-unknown.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import type { Embedder } from './runtime/embedder.ts';
import { openSentenceEncoder } from './runtime/sentence-encoder.ts';
import { createKnowledgeIndex } from './stores/knowledge-index.ts';

const testDatabase = useTestDatabase();
let platform: TestPlatform<object>;
let encoder: Embedder;
let subgraph: TestSubgraph;
let retrieval: Retrieval;
let queries: ReturnType<typeof countQueries>;
let unknownQuestions: Awaited<ReturnType<typeof consumeUnknownQuestions>>;

beforeAll(async () => {
  [platform, encoder] = await Promise.all([
    openTestPlatform({
      service: 'deep-learning',
      migrations: new URL('../sql/', import.meta.url),
      databaseUrl: testDatabase.url,
    }),
    openSentenceEncoder(),
  ]);
  const { database } = platform;
  const vectors = await createVectorIndex(database, { name: 'knowledge', dimensions: encoder.dimensions });
  retrieval = { database, index: createKnowledgeIndex(vectors, encoder) };
  queries = countQueries(database);
  unknownQuestions = await consumeUnknownQuestions(platform);
  subgraph = await startTestSubgraph({
    service: 'deep-learning',
    platform,
    identity: platform.identity,
    typeDefs: loadTypeDefs('deep-learning'),
    resolvers,
    loaders: ({ identity }) => createLoaders(queries.database, identity.tenant),
    extend: () => ({ retrieval }),
  });
});

afterAll(async () => {
  await subgraph.close();
  await unknownQuestions.close();
  await encoder.close();
  await platform.close();
});

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

async function ask(query: string, variables: Record<string, unknown> = {}, who = {}): Promise<Answer> {
  const { data, errors } = await subgraph.request(query, variables, who);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

function teach(input: Record<string, unknown>, who = {}): Promise<Answer> {
  return ask(
    'mutation ($input: TeachInput!) { teach(input: $input) { __typename ... on Knowledge { id taughtBy } ... on InvalidInput { field message } } }',
    { input },
    who,
  ).then((data) => data.teach);
}

function answer(question: string, who = {}): Promise<Answer> {
  return ask(
    `mutation ($input: AnswerUnknownInput!) { answerUnknown(input: $input) {
       __typename
       ... on EvidencedAnswer { text confidence explanation evidence { similarity isVerified knowledge { id question } } }
       ... on Abstention { text explanation nearest { isVerified knowledge { question } } }
       ... on InvalidInput { field message } } }`,
    { input: { question } },
    who,
  ).then((data) => data.answerUnknown);
}

test('what was taught is answered, also in other words, with its evidence', async () => {
  const { id } = await teach({
    question: 'When does the Lisbon office open?',
    answer: 'At nine.',
    source: 'the house rules',
  });
  const answered = await answer('what time does the lisbon office open');
  expect(answered).toMatchObject({ __typename: 'EvidencedAnswer', text: 'At nine.' });
  expect(answered.evidence).toEqual([
    {
      similarity: expect.any(Number),
      isVerified: true,
      knowledge: { id, question: 'When does the Lisbon office open?' },
    },
  ]);
  const { knowledge } = await ask('query ($id: ID!) { knowledge(id: $id) { timesUsed source } }', { id });
  expect(knowledge).toEqual({ timesUsed: 1, source: 'the house rules' });
});

test('a question about another name is not answered, and the abstention says why', async () => {
  const abstained = await answer('When does the Porto office open?');
  expect(abstained.__typename).toBe('Abstention');
  expect(abstained.explanation).toContain('is about other names or numbers');
  expect(abstained.nearest[0].knowledge.question).toBe('When does the Lisbon office open?');
});

test('a wording taught beside the question answers too', async () => {
  await teach({
    question: 'Who founded Fathom?',
    answer: 'A few friends.',
    alsoAskedAs: ['Who started the company Fathom?'],
  });
  expect(await answer('who started the company fathom')).toMatchObject({
    text: 'A few friends.',
    confidence: 1,
  });
});

test('two answers that contradict each other make it abstain; forgetting one settles it', async () => {
  await teach({ question: 'What is the wifi password?', answer: 'deepblue' });
  const { id } = await teach({ question: 'What is the wifi password?', answer: 'darkred' });
  expect((await answer('What is the wifi password?')).explanation).toContain('contradict');
  const forget = 'mutation ($id: ID!) { forget(id: $id) { __typename ... on Knowledge { forgottenAt } } }';
  expect((await ask(forget, { id })).forget.forgottenAt).not.toBeNull();
  expect(await answer('What is the wifi password?')).toMatchObject({ text: 'deepblue' });
});

test('tenants neither see nor use each other’s knowledge', async () => {
  const stranger = { tenant: 'stranger' };
  expect((await answer('When does the Lisbon office open?', stranger)).__typename).toBe('Abstention');
  const { taughtKnowledge } = await ask('{ taughtKnowledge { edges { node { id } } } }', {}, stranger);
  expect(taughtKnowledge.edges).toEqual([]);
  const mine = (await ask('{ taughtKnowledge(first: 1) { edges { node { id } } } }')).taughtKnowledge.edges[0]
    .node.id;
  expect(
    (await ask('mutation ($id: ID!) { forget(id: $id) { __typename } }', { id: mine }, stranger)).forget
      .__typename,
  ).toBe('NotFound');
});

test.each([
  [{ question: ' ', answer: 'x' }, 'input.question'],
  [{ question: 'x', answer: 'y'.repeat(8001) }, 'input.answer'],
  [{ question: 'x', answer: 'y', alsoAskedAs: Array.from({ length: 21 }, () => 'z') }, 'input.alsoAskedAs'],
  [{ question: 'x', answer: 'y', alsoAskedAs: ['a', ''] }, 'input.alsoAskedAs.1'],
])('teaching something empty or too long is refused by its field (%#)', async (input, field) => {
  expect(await teach(input)).toMatchObject({ __typename: 'InvalidInput', field });
});

test('an unknown question is counted once an event, however often that is delivered, and is known once it is taught', async () => {
  const payload = { generationId: 'gen-1', tenant: 'test', question: 'Where is the sea deepest?' };
  await platform.broker.publish([
    { id: 'event-0', topic: 'question.unknown', key: 'test', payload: { nonsense: true } },
    { id: 'event-1', topic: 'question.unknown', key: 'test', payload },
    { id: 'event-1', topic: 'question.unknown', key: 'test', payload },
    {
      id: 'event-2',
      topic: 'question.unknown',
      key: 'test',
      payload: { ...payload, generationId: 'gen-2', question: 'where is the sea DEEPEST' },
    },
    {
      id: 'event-3',
      topic: 'question.unknown',
      key: 'test',
      payload: { ...payload, question: 'the last one' },
    },
  ]);
  const list = '{ unknownQuestions { edges { node { question timesAsked lastGeneration { id } } } } }';
  await expect
    .poll(async () => (await ask(list)).unknownQuestions.edges.map(({ node }: Answer) => node))
    .toEqual([
      { question: 'Where is the sea deepest?', timesAsked: 2, lastGeneration: { id: 'gen-2' } },
      { question: 'the last one', timesAsked: 1, lastGeneration: { id: 'gen-1' } },
    ]);
  await teach({ question: 'Where is the sea deepest?', answer: 'In the Mariana Trench.' });
  const left = await ask(list);
  expect(left.unknownQuestions.edges.map(({ node }: Answer) => node.question)).toEqual(['the last one']);
  const all = await ask(
    '{ unknownQuestions(includeTaught: true, first: 1) { edges { node { taughtAs { answer } } } pageInfo { hasNextPage } } }',
  );
  expect(all.unknownQuestions).toEqual({
    edges: [{ node: { taughtAs: { answer: 'In the Mariana Trench.' } } }],
    pageInfo: { hasNextPage: true },
  });
});

test('teaching is announced in the same transaction, with every wording', async () => {
  const announced = createDeferred<Answer>();
  const subscription = await platform.broker.subscribe({
    topics: ['knowledge.taught'],
    group: 'test-taught',
    from: 'earliest',
    handle: async ({ payload }) => {
      const event = payload as Answer;
      if (event.questions[0] === 'What is announced?') announced.resolve(event);
    },
  });
  await teach({ question: 'What is announced?', answer: 'This.', alsoAskedAs: ['What is told?'] });
  expect(await announced.promise).toMatchObject({
    tenant: 'test',
    questions: ['What is announced?', 'What is told?'],
  });
  await subscription.close();
});

test('a change of the embedder makes every vector again, and what was taught is still found', async () => {
  const renamed: Embedder = {
    ...encoder,
    version: 'next',
    dimensions: encoder.dimensions,
    embed: (texts) => encoder.embed(texts),
    close: async () => {},
  };
  const vectors = await createVectorIndex(platform.database, {
    name: 'knowledge_next',
    dimensions: encoder.dimensions,
  });
  const next = { database: platform.database, index: createKnowledgeIndex(vectors, renamed) };
  expect(await next.index.search('test', 'When does the Lisbon office open?', 1)).toEqual([]);
  expect(await reEmbed(next, platform.logger)).toBeGreaterThan(0);
  expect(
    (await next.index.search('test', 'When does the Lisbon office open?', 1))[0]?.similarity,
  ).toBeCloseTo(1, 5);
  expect(await reEmbed(next, platform.logger)).toBe(0);
});

test('fifty pieces of knowledge by reference cost one query', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 50; index += 1)
    ids.push((await teach({ question: `Question number ${index}?`, answer: `${index}` })).id);
  queries.reset();
  const { _entities } = await ask(
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Knowledge { answer } } }',
    {
      of: ids.map((id) => ({ __typename: 'Knowledge', id })),
    },
  );
  expect(_entities.map((entity: Answer) => entity.answer)).toEqual(ids.map((_, index) => `${index}`));
  expect(queries.count()).toBe(1);
});

test('teaching needs deep-learning:write', async () => {
  const { errors } = await subgraph.request(
    'mutation { teach(input: { question: "a", answer: "b" }) { __typename } }',
    {},
    { scopes: ['deep-learning:read'] },
  );
  expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test.each(['Knowledge', 'UnknownQuestion'])(
  'a %s reached from another service needs deep-learning:read as well',
  async (type) => {
    const { data, errors } = await subgraph.request(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { question } } }`,
      { of: [{ __typename: type, id: 'any' }] },
      { scopes: ['inference:read'] },
    );
    expect(data).toEqual({ _entities: [null] });
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScope: 'deep-learning:read',
    });
  },
);
