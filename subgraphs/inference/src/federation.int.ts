import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Harness, startHarness } from './testing/inference-harness.ts';
import { writeTinyModel } from './testing/tiny-model.ts';

const database = useTestDatabase();
let harness: Harness;
let ids: readonly string[];

beforeAll(async () => {
  harness = await startHarness({ databaseUrl: database.url, settings: { maxSequences: 16, maxQueued: 128 } });
  await harness.register('tiny@1', await writeTinyModel());
  await harness.moveAlias('champion', 'tiny@1');
  await harness.deploymentIs('tiny@1', 'READY');
  ids = await Promise.all(Array.from({ length: 50 }, (_, index) => generate(`Number ${index}`)));
});

afterAll(() => harness.close());

async function generate(prompt: string): Promise<string> {
  const { data } = await harness.subgraph.request<{ generate: { id: string } }>(
    'mutation ($prompt: String!) { generate(input: { prompt: $prompt, maxTokens: 2 }) { ... on Generation { id } } }',
    { prompt },
  );
  return data?.generate.id ?? '';
}

type Entity = Record<string, unknown>;

/** Entities as the gateway fetches them, and the statements about a table that it took. */
async function entities(
  representations: readonly Entity[],
  selection: string,
  table: RegExp,
  tenant = 'test',
) {
  const before = harness.queries.length;
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`;
  const { data, errors } = await harness.subgraph.request<{ _entities: readonly (Entity | null)[] }>(
    query,
    { representations },
    { tenant },
  );
  if (errors) throw new Error(errors[0]?.message);
  const statements = harness.queries.slice(before).filter((sql) => table.test(sql));
  return { found: data?._entities ?? [], statements };
}

const generationsOf = (from: readonly string[]): Entity[] =>
  from.map((id) => ({ __typename: 'Generation', id }));

test('fifty generations cost one statement, and their tokens one more', async () => {
  const { found, statements } = await entities(
    generationsOf(ids),
    '... on Generation { id status text tokens { text } }',
    /from generations/,
  );
  expect(found.map((entity) => entity?.['id'])).toEqual(ids);
  expect(found.every((entity) => entity?.['status'] === 'COMPLETED')).toBe(true);
  expect(statements).toHaveLength(2);
});

test('generations of another tenant do not exist', async () => {
  const { found } = await entities(
    generationsOf(ids.slice(0, 3)),
    '... on Generation { text }',
    /x/,
    'stranger',
  );
  expect(found).toEqual([null, null, null]);
});

test('the latest generations of fifty model versions cost one statement, their deployments another', async () => {
  const versions = Array.from({ length: 50 }, (_, index) => ({
    __typename: 'ModelVersion',
    id: `tiny@${index + 1}`,
  }));
  const { found, statements } = await entities(
    versions,
    '... on ModelVersion { id deployment { status } generations(first: 3) { id prompt } }',
    /from (generations|deployments)/,
  );
  expect(found[0]).toMatchObject({ id: 'tiny@1', deployment: { status: 'READY' } });
  expect((found[0] as { generations: readonly unknown[] }).generations).toHaveLength(3);
  expect(found[1]).toEqual({ id: 'tiny@2', deployment: null, generations: [] });
  expect(statements).toHaveLength(2);
});

test('deployments and devices resolve by their ids', async () => {
  const { found } = await entities(
    [
      { __typename: 'Deployment', id: 'deployment-tiny@1' },
      { __typename: 'Device', id: 'cpu-0' },
      { __typename: 'Deployment', id: 'nothing' },
      { __typename: 'Device', id: 'nothing' },
    ],
    `... on Deployment { status modelVersion { id } devices { id } }
     ... on Device { kind deviceStatus: status threads maxSequences deployments { modelVersion { id } } }`,
    /x/,
  );
  expect(found).toEqual([
    { status: 'READY', modelVersion: { id: 'tiny@1' }, devices: [{ id: 'cpu-0' }] },
    {
      kind: 'CPU',
      deviceStatus: 'READY',
      threads: 1,
      maxSequences: 16,
      deployments: [{ modelVersion: { id: 'tiny@1' } }],
    },
    null,
    null,
  ]);
});

test('a generation tells its device, its version and what it cost', async () => {
  const { found } = await entities(
    generationsOf(ids.slice(0, 1)),
    `... on Generation { device { id } modelVersion { id } reason finishReason traceId createdAt completedAt seed
       usage { promptTokens completionTokens timeToFirstTokenMs totalMs deviceMs } evidence { similarity } failure { code } }`,
    /x/,
  );
  expect(found[0]).toMatchObject({
    device: { id: 'cpu-0' },
    modelVersion: { id: 'tiny@1' },
    reason: 'REQUESTED',
    finishReason: 'LENGTH',
    seed: null,
    evidence: [],
    failure: null,
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    usage: { completionTokens: 2, promptTokens: expect.any(Number), timeToFirstTokenMs: expect.any(Number) },
  });
});

test('metrics count generations and tokens, and show the device', async () => {
  const metrics = await harness.platform.metrics.registry.metrics();
  expect(metrics).toMatch(
    /fathom_generations_total\{service="INFERENCE",reason="REQUESTED",status="COMPLETED",model_version="tiny@1"\} 50/,
  );
  expect(metrics).toMatch(/fathom_device_tokens_total\{device="cpu-0"[^}]*\} 100/);
  expect(metrics).toMatch(/fathom_device_up\{device="cpu-0"[^}]*\} 1/);
  expect(metrics).toMatch(/fathom_time_to_first_token_seconds_count\{[^}]*model_version="tiny@1"[^}]*\} 50/);
});
