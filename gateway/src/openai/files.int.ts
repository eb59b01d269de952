/** `/v1/files` listed, retrieved and deleted by OpenAI's own client, in front of the platform's own `training` SDL. */
import type { RequestContext } from '@fathom/platform/server/request-context';
import { testIdentity } from '@fathom/platform/testing/identity';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { serviceSdl } from '../../test/service-sdl.ts';
import { startTestGateway, type TestGateway } from '../../test/test-gateway.ts';

const trainingSdl = serviceSdl('training');

interface Stored {
  readonly id: string;
  readonly removal: object | null;
}

const dataSetOf = (number: number) => ({
  id: `data-${number}`,
  name: `set-${number}.jsonl`,
  version: 1,
  exampleCount: 2,
  sizeBytes: 100 + number,
  sha256: 'f'.repeat(64),
  createdAt: '2026-11-24T08:30:00.000Z',
  removal: null as object | null,
});

let training: TestSubgraph;
let gateway: TestGateway;
let openai: OpenAI;
let stored: (Stored & ReturnType<typeof dataSetOf>)[] = [];
/** What removals were asked for, and by whom. */
let removals: { readonly input: object; readonly tenant: string }[] = [];
const inUse = 'data-3';

beforeAll(async () => {
  const identity = await testIdentity();
  training = await startTestSubgraph({
    service: 'training',
    typeDefs: trainingSdl,
    identity,
    resolvers: {
      Query: {
        dataSet: (_: unknown, { id }: { id: string }, { identity: who }: RequestContext) =>
          who.tenant === 'test' ? (stored.find((dataSet) => dataSet.id === id) ?? null) : null,
        dataSets: (_: unknown, { first, after }: { first: number; after: string | null }) => {
          const there = stored.filter(({ removal }) => removal === null);
          const from = after === null ? 0 : there.findIndex(({ id }) => id === after) + 1;
          const page = there.slice(from, from + first);
          return {
            edges: page.map((node) => ({ node, cursor: node.id })),
            pageInfo: {
              hasNextPage: from + first < there.length,
              endCursor: page.at(-1)?.id ?? null,
            },
          };
        },
      },
      Mutation: {
        removeDataSet: (
          _: unknown,
          { input }: { input: { dataSetId: string } },
          { identity: who }: RequestContext,
        ) => {
          removals.push({ input: { ...input }, tenant: who.tenant });
          if (input.dataSetId === inUse)
            return {
              __typename: 'DataSetInUse',
              message: `${inUse} is in use: training run run_1. End what needs its examples first.`,
              references: [{ kind: 'TRAINING_RUN', id: 'run_1' }],
            };
          const removal = { removedBy: who.subject, reason: 'x', removedAt: '2026-11-25T08:30:00.000Z' };
          stored = stored.map((dataSet) =>
            dataSet.id === input.dataSetId ? { ...dataSet, removal } : dataSet,
          );
          const found = stored.find(({ id }) => id === input.dataSetId);
          return { __typename: 'DataSet', ...found };
        },
      },
      RemoveDataSetResult: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
    },
  });
  gateway = await startTestGateway({
    subgraphs: { training: trainingSdl },
    urls: { training: training.url },
    identity,
  });
  openai = clientOf(gateway.key);
});
beforeEach(() => {
  stored = [1, 2, 3, 4, 5].map(dataSetOf);
  removals = [];
});
afterAll(async () => {
  await gateway.close();
  await training.close();
});

const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });

async function idsOf(client: OpenAI, limit: number): Promise<readonly string[]> {
  const ids: string[] = [];
  // The library asks for page after page by the id of the last file.
  for await (const { id } of client.files.list({ limit })) ids.push(id);
  return ids;
}

test('are listed page by page, and retrieved one by one', async () => {
  expect(await idsOf(openai, 2)).toEqual([
    'file-data-1',
    'file-data-2',
    'file-data-3',
    'file-data-4',
    'file-data-5',
  ]);
  expect(await openai.files.retrieve('file-data-2')).toEqual({
    id: 'file-data-2',
    object: 'file',
    bytes: 102,
    created_at: 1_795_509_000,
    filename: 'set-2.jsonl',
    purpose: 'fine-tune',
    status: 'processed',
  });
  await expect(openai.files.list({ limit: 0 })).rejects.toMatchObject({ status: 400, param: 'limit' });
  await expect(openai.files.list({ after: 'file-none' })).rejects.toMatchObject({
    status: 404,
    param: 'after',
  });
});

test('are gone once they are deleted, while the graph keeps their record', async () => {
  expect(await openai.files.delete('file-data-2')).toEqual({
    id: 'file-data-2',
    object: 'file',
    deleted: true,
  });
  expect(removals).toEqual([
    { input: { dataSetId: 'data-2', reason: 'DELETE /v1/files/file-data-2' }, tenant: 'test' },
  ]);
  const notFound = { status: 404, code: 'NOT_FOUND' };
  await expect(openai.files.retrieve('file-data-2')).rejects.toMatchObject(notFound);
  await expect(openai.files.content('file-data-2')).rejects.toMatchObject(notFound);
  await expect(openai.files.delete('file-data-2')).rejects.toMatchObject(notFound);
  expect(await idsOf(openai, 100)).not.toContain('file-data-2');
  const { data } = await gateway.query('{ dataSet(id: "data-2") { removal { removedBy } } }');
  expect(data).toEqual({ dataSet: { removal: { removedBy: expect.stringMatching(/^key:/) } } });
  expect(removals).toHaveLength(1);
});

test('that something needs stay, and the refusal names what', async () => {
  await expect(openai.files.delete('file-data-3')).rejects.toMatchObject({
    status: 409,
    code: 'FILE_IN_USE',
    type: 'invalid_request_error',
    message: expect.stringContaining('training run run_1'),
  });
  expect(await openai.files.retrieve('file-data-3')).toMatchObject({ id: 'file-data-3' });
});

test('of another tenant, and with a key that may only read, are not deleted', async () => {
  const { key } = await gateway.issueKey({ tenant: 'acme' });
  await expect(clientOf(key).files.delete('file-data-1')).rejects.toMatchObject({ status: 404 });
  const { key: reading } = await gateway.issueKey({ roles: ['viewer'] });
  await expect(clientOf(reading).files.delete('file-data-1')).rejects.toMatchObject({
    status: 403,
    code: 'FORBIDDEN',
    type: 'permission_error',
  });
  expect(removals).toEqual([]);
});
