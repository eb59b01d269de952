/** Data sets of taught knowledge, against a subgraph of deep-learning's own SDL. */
import { pageRequest, toConnection } from '@fathom/platform/pagination';
import { loadTypeDefs } from '@fathom/platform/repository';
import type { RequestContext } from '@fathom/platform/server/request-context';
import { requireScope } from '@fathom/platform/server/scopes';
import { testIdentity } from '@fathom/platform/testing/identity';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

interface Piece {
  readonly tenant: string;
  readonly question: string;
  readonly alsoAskedAs: readonly string[];
  readonly answer: string;
}

const testDatabase = useTestDatabase();
const pieces: Piece[] = [];
let pagesAsked = 0;
let deepLearning: TestSubgraph;
let subgraph: TrainingSubgraph;

beforeAll(async () => {
  const identity = await testIdentity();
  deepLearning = await startTestSubgraph({
    service: 'deep-learning',
    identity,
    typeDefs: loadTypeDefs('deep-learning'),
    resolvers: {
      Query: {
        taughtKnowledge(
          _: unknown,
          args: { first: number; after: string | null },
          { identity: who }: RequestContext,
        ) {
          requireScope(who, 'deep-learning:read');
          pagesAsked += 1;
          const { first, after } = pageRequest(args, { key: ['integer'] });
          const start = Number(after?.[0] ?? 0);
          const rows = pieces
            .map((piece, index) => ({ ...piece, index }))
            .filter(({ tenant, index }) => tenant === who.tenant && index >= start);
          return toConnection(rows.slice(0, first + 1), first, ({ index }) => [String(index + 1)]);
        },
      },
    },
  });
  subgraph = await startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    identity,
    env: { DEEP_LEARNING_URL: deepLearning.url, IDENTITY_PRIVATE_JWK: identity.privateJwk },
  });
});
afterAll(async () => {
  await subgraph.close();
  await deepLearning.close();
});

const mutation = `mutation ($input: CreateDataSetFromKnowledgeInput!) { createDataSetFromKnowledge(input: $input) {
  __typename
  ... on DataSet { id version exampleCount provenance examples(first: 3) { edges { node { prompt completion } } } }
  ... on InvalidDataSet { message problemCount problems { line code message } }
  ... on InvalidInput { field }
} }`;

async function create(who: object = {}, name = 'taught') {
  const { data, errors } = await subgraph.request<{ createDataSetFromKnowledge: Record<string, unknown> }>(
    mutation,
    { input: { name } },
    who,
  );
  return errors?.[0]?.extensions ?? data?.createDataSetFromKnowledge;
}

const teach = (tenant: string, count: number) =>
  pieces.push(
    ...Array.from({ length: count }, (_, index) => ({
      tenant,
      question: `Question ${index}?`,
      alsoAskedAs: index % 2 === 0 ? [`Other words ${index}?`] : [],
      answer: `Answer ${index}.`,
    })),
  );

test('every wording of all that was taught is an example, over as many pages as there are', async () => {
  teach('school', 250);
  const made = await create({ tenant: 'school' });
  expect(made).toMatchObject({
    __typename: 'DataSet',
    version: 1,
    exampleCount: 375,
    provenance: expect.stringMatching(/^taught knowledge of 20\d\d-/),
    examples: {
      edges: [
        { node: { prompt: 'Question 0?', completion: 'Answer 0.' } },
        { node: { prompt: 'Other words 0?', completion: 'Answer 0.' } },
        { node: { prompt: 'Question 1?', completion: 'Answer 1.' } },
      ],
    },
  });
  expect(pagesAsked).toBe(3);
  expect(await create({ tenant: 'school' })).toMatchObject({ id: (made as { id: string }).id });
  pieces.push({ tenant: 'school', question: 'New?', alsoAskedAs: [], answer: 'Yes.' });
  expect(await create({ tenant: 'school' })).toMatchObject({ version: 2, exampleCount: 376 });
});

test('a tenant that was taught nothing gets no data set, and what another was taught stays there', async () => {
  expect(await create({ tenant: 'empty' })).toMatchObject({
    __typename: 'InvalidDataSet',
    message: expect.stringContaining('at least 2 examples'),
    problemCount: 0,
  });
});

test('who may not read the knowledge may not train on it', async () => {
  const trainer = { tenant: 'school', scopes: ['training:write', 'training:read'] };
  expect(await create(trainer)).toMatchObject({ code: 'FORBIDDEN', requiredScope: 'deep-learning:read' });
  expect(await create({ tenant: 'school', scopes: ['deep-learning:read'] })).toMatchObject({
    code: 'FORBIDDEN',
    requiredScope: 'training:write',
  });
  expect(await create({}, ' ')).toMatchObject({ __typename: 'InvalidInput', field: 'input.name' });
});

test('deep-learning that is down, or not configured, is named, and no data set is made', async () => {
  await deepLearning.close();
  expect(await create({ tenant: 'school' }, 'down')).toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    retryable: true,
  });
  const bare = await startTrainingSubgraph({ databaseUrl: testDatabase.url, identity: subgraph.identity });
  const { errors } = await bare.request(mutation, { input: { name: 'bare' } });
  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining('is not set'),
    extensions: { code: 'DEPENDENCY_UNAVAILABLE' },
  });
  await bare.close();
  const stored = await subgraph.parts.database.query("select 1 from data_set where name in ('down', 'bare')");
  expect(stored).toEqual([]);
});
