/** What one generation has the database do: each statement more is paid by every one of them. */
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamOf } from './stores/generation-events.ts';
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

interface StoredType {
  readonly type: string;
}

async function generate(prompt: string): Promise<string> {
  const { data } = await harness.subgraph.request<{ generate: { id: string } }>(
    'mutation ($input: GenerateInput!) { generate(input: $input) { ... on Generation { id } } }',
    { input: { prompt, maxTokens: 16, useCache: false } },
  );
  return data?.generate.id as string;
}

/** What belongs to no generation in particular, and what is said of many at once. */
const isShared = (sql: string): boolean =>
  sql.includes('set owner') || sql.includes(`set status = 'RUNNING'`);

test('a generation takes two statements that write its row: its acceptance, and its result with what announces it', async () => {
  await generate('warm');
  const before = harness.queries.length;
  const ids = await Promise.all(Array.from({ length: 4 }, (_, index) => generate(`number ${index}`)));
  const ended = async (): Promise<number> => {
    const rows = await harness.platform.database.query(
      'select from generations where id = any($1) and completed_at is not null',
      [ids],
    );
    return rows.length;
  };
  await expect.poll(ended).toBe(4);
  const writes = harness.queries
    .slice(before)
    .filter((sql) => !isShared(sql))
    .flatMap((sql) => /(insert into|update) generations/.exec(sql)?.[0] ?? []);
  expect(writes.sort()).toEqual([
    ...Array.from({ length: 4 }, () => 'insert into generations'),
    ...Array.from({ length: 4 }, () => 'update generations'),
  ]);
});

test('that it began and which device has it is told by one append', async () => {
  const id = await generate('once more');
  const appends = await harness.platform.database.query<{ payload: StoredType | readonly StoredType[] }>(
    'select payload from streams.appends where stream = $1 order by sequence',
    [streamOf(id)],
  );
  const told = appends.map(({ payload }) => [payload].flat().map(({ type }) => type));
  expect(told[0]?.slice(0, 2)).toEqual(['started', 'routed']);
  expect(told.flat().at(-1)).toBe('completed');
});
