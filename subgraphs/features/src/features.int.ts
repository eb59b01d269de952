import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDeferred } from '@fathom/platform/deferred';
import { loadTypeDefs } from '@fathom/platform/repository';
import { countQueries } from '@fathom/platform/testing/count-queries';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { rowsAsOf, writeRows } from './stores/row-store.ts';

const testDatabase = useTestDatabase();
let platform: TestPlatform<object>;
let subgraph: TestSubgraph;
let queries: ReturnType<typeof countQueries>;

beforeAll(async () => {
  platform = await openTestPlatform({
    service: 'features',
    migrations: new URL('../sql/', import.meta.url),
    databaseUrl: testDatabase.url,
  });
  queries = countQueries(platform.database);
  subgraph = await startTestSubgraph({
    service: 'features',
    platform,
    identity: platform.identity,
    typeDefs: loadTypeDefs('features'),
    resolvers,
    loaders: ({ identity }) => createLoaders(queries.database, identity.tenant),
    extend: () => ({ database: queries.database, artifacts: platform.artifacts }),
  });
  await defineView('country_facts');
});

afterAll(async () => {
  await subgraph.close();
  await platform.close();
});

// biome-ignore lint/suspicious/noExplicitAny: test code reads answers of many shapes
type Answer = any;

async function ask(query: string, variables: Record<string, unknown> = {}, who = {}): Promise<Answer> {
  const { data, errors } = await subgraph.request(query, variables, who);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

async function defineView(name: string, lifetimeSeconds?: number): Promise<Answer> {
  await ask(
    'mutation { defineFeatureEntity(input: { name: "country", description: "A country." }) { __typename } }',
  );
  const { defineFeatureView } = await ask(
    `mutation ($input: DefineFeatureViewInput!) {
       defineFeatureView(input: $input) { __typename ... on FeatureView { id name features { name type } } ... on InvalidInput { field message } }
     }`,
    {
      input: {
        name,
        entity: 'country',
        description: 'Facts.',
        lifetimeSeconds,
        features: [
          { name: 'capital', type: 'STRING' },
          { name: 'population', type: 'INTEGER' },
        ],
      },
    },
  );
  return defineFeatureView;
}

function ingest(view: string, rows: readonly object[], who = {}): Promise<Answer> {
  return ask(
    `mutation ($input: IngestFeaturesInput!) {
       ingestFeatures(input: $input) {
         __typename
         ... on FeatureIngestion { rowCount view { rowCount newestRowAt } }
         ... on InvalidFeatureRows { message problems { row feature message } }
         ... on NotFound { id }
         ... on InvalidInput { field message }
       }
     }`,
    { input: { view, rows } },
    who,
  ).then(({ ingestFeatures }) => ingestFeatures);
}

const vectorsOf = `__typename
  ... on FeatureVectors { features vectors { entityKey values at status } }
  ... on NotFound { id }
  ... on InvalidInput { field message }`;

function online(view: string, entityKeys: readonly string[], who = {}): Promise<Answer> {
  return ask(
    `query ($input: OnlineFeaturesInput!) { onlineFeatures(input: $input) { ${vectorsOf} } }`,
    { input: { view, entityKeys } },
    who,
  ).then(({ onlineFeatures }) => onlineFeatures);
}

function historical(view: string, rows: readonly object[]): Promise<Answer> {
  return ask(
    `query ($input: HistoricalFeaturesInput!) { historicalFeatures(input: $input) { ${vectorsOf} } }`,
    {
      input: { view, rows },
    },
  ).then(({ historicalFeatures }) => historicalFeatures);
}

test('a value is read online as soon as it is ingested, in the order asked, with repeats and gaps', async () => {
  await defineView('order');
  await ingest('order', [
    { entityKey: 'FR', at: '2024-01-01T00:00:00Z', values: { capital: 'Paris', population: 68 } },
    { entityKey: 'ES', at: '2024-01-01T00:00:00Z', values: { capital: 'Madrid' } },
  ]);
  const { features, vectors } = await online('order', ['ES', 'XX', 'FR', 'ES']);
  expect(features).toEqual(['capital', 'population']);
  expect(vectors.map(({ entityKey, values, status }: Answer) => [entityKey, values, status])).toEqual([
    ['ES', ['Madrid', null], 'PRESENT'],
    ['XX', [null, null], 'MISSING'],
    ['FR', ['Paris', 68], 'PRESENT'],
    ['ES', ['Madrid', null], 'PRESENT'],
  ]);
});

test('a late row does not replace a newer one online, but is history', async () => {
  await defineView('late');
  await ingest('late', [{ entityKey: 'DE', at: '2000-01-01T00:00:00Z', values: { capital: 'Berlin' } }]);
  await ingest('late', [{ entityKey: 'DE', at: '1980-01-01T00:00:00Z', values: { capital: 'Bonn' } }]);
  expect((await online('late', ['DE'])).vectors[0].values[0]).toBe('Berlin');
  const { vectors } = await historical('late', [
    { entityKey: 'DE', at: '1990-01-01T00:00:00+02:00' },
    { entityKey: 'DE', at: '1970-01-01T00:00:00Z' },
    { entityKey: 'DE', at: '2000-01-01T00:00:00Z' },
  ]);
  expect(vectors.map(({ values, status }: Answer) => [values[0], status])).toEqual([
    ['Bonn', 'PRESENT'],
    [null, 'MISSING'],
    ['Berlin', 'PRESENT'],
  ]);
});

test('a value older than the lifetime is expired at that moment, and not a moment earlier', async () => {
  await defineView('short', 60);
  await ingest('short', [{ entityKey: 'a', at: '2024-01-01T00:00:00Z', values: { population: 1 } }]);
  const { vectors } = await historical('short', [
    { entityKey: 'a', at: '2024-01-01T00:01:00Z' },
    { entityKey: 'a', at: '2024-01-01T00:01:00.001Z' },
  ]);
  expect(vectors.map(({ status }: Answer) => status)).toEqual(['PRESENT', 'EXPIRED']);
  expect((await online('short', ['a'])).vectors[0]).toMatchObject({
    status: 'EXPIRED',
    values: [null, null],
  });
});

test('the same thing at the same moment is stored once and the last wins, within a batch and across batches', async () => {
  await defineView('twice');
  const at = '2024-01-01T00:00:00Z';
  const first = await ingest('twice', [
    { entityKey: 'a', at, values: { population: 1 } },
    { entityKey: 'a', at, values: { population: 2 } },
  ]);
  expect(first.rowCount).toBe(1);
  await ingest('twice', [{ entityKey: 'a', at, values: { population: 3 } }]);
  const { featureViewNamed } = await ask(
    '{ featureViewNamed(name: "twice") { rowCount entityCount newestRowAt } }',
  );
  expect(featureViewNamed).toEqual({ rowCount: 1, entityCount: 1, newestRowAt: '2024-01-01T00:00:00.000Z' });
  expect((await online('twice', ['a'])).vectors[0].values[1]).toBe(3);
});

test('one wrong row refuses the batch, names every problem and stores nothing', async () => {
  await defineView('strict');
  const refused = await ingest('strict', [
    { entityKey: 'ok', at: '2024-01-01T00:00:00Z', values: { population: 1 } },
    { entityKey: '', at: 'yesterday', values: { population: 1.5, colour: 'red' } },
    { entityKey: 'b', at: '2024-01-01T00:00:00Z', values: [1] },
  ]);
  expect(refused.__typename).toBe('InvalidFeatureRows');
  expect(refused.message).toBe('2 rows are wrong; nothing was stored.');
  expect(refused.problems.map(({ row, feature }: Answer) => [row, feature])).toEqual([
    [1, null],
    [1, null],
    [1, 'colour'],
    [1, 'population'],
    [2, null],
  ]);
  expect((await online('strict', ['ok'])).vectors[0].status).toBe('MISSING');
});

test.each([
  ['no rows', []],
  [
    '10,001 rows',
    Array.from({ length: 10_001 }, () => ({ entityKey: 'a', at: '2024-01-01T00:00:00Z', values: {} })),
  ],
])('%s are refused with what is allowed', async (_, rows) => {
  expect(await ingest('country_facts', rows)).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.rows',
  });
});

test('a view grows, but a feature neither disappears nor changes its type', async () => {
  await defineView('growing');
  const redefine = (features: readonly object[]) =>
    ask(
      `mutation ($input: DefineFeatureViewInput!) {
         defineFeatureView(input: $input) { __typename ... on FeatureView { features { name } } ... on InvalidInput { message } }
       }`,
      { input: { name: 'growing', entity: 'country', description: 'x', features } },
    ).then(({ defineFeatureView }) => defineFeatureView);
  const capital = { name: 'capital', type: 'STRING' };
  const population = { name: 'population', type: 'INTEGER' };
  expect((await redefine([capital])).message).toContain('"population" is missing');
  expect((await redefine([capital, { ...population, type: 'FLOAT' }])).message).toContain(
    'is INTEGER and cannot become FLOAT',
  );
  expect((await redefine([capital, population, { name: 'area', type: 'FLOAT' }])).features).toHaveLength(3);
});

test('another tenant sees nothing of a view and cannot write to it', async () => {
  const stranger = { tenant: 'stranger' };
  expect(await online('country_facts', ['FR'], stranger)).toEqual({
    __typename: 'NotFound',
    id: 'country_facts',
  });
  expect(
    await ingest('country_facts', [{ entityKey: 'a', at: '2024-01-01T00:00:00Z', values: {} }], stranger),
  ).toMatchObject({
    __typename: 'NotFound',
  });
});

test('reading needs features:read, writing features:write', async () => {
  const { errors } = await subgraph.request(
    'mutation { defineFeatureEntity(input: { name: "a", description: "b" }) { __typename } }',
    {},
    { scopes: ['features:read'] },
  );
  expect(errors?.[0]?.extensions?.['code']).toBe('FORBIDDEN');
});

test('an export writes examples as of a moment, skips gaps, and announces the data set in the same transaction', async () => {
  await defineView('exported');
  await ingest('exported', [
    { entityKey: 'FR', at: '2020-01-01T00:00:00Z', values: { capital: 'Paris', population: 67 } },
    { entityKey: 'FR', at: '2024-01-01T00:00:00Z', values: { capital: 'Paris', population: 68 } },
    { entityKey: 'XX', at: '2020-01-01T00:00:00Z', values: { population: 1 } },
    { entityKey: 'ES', at: '2024-01-01T00:00:00Z', values: { capital: 'Madrid', population: 48 } },
    // Too long for an example: a data set with it could not be trained on.
    { entityKey: 'ZZ', at: '2020-01-01T00:00:00Z', values: { capital: 'Z'.repeat(8_000), population: 1 } },
  ]);
  const { exportTrainingSet } = await ask(
    `mutation ($input: ExportTrainingSetInput!) {
       exportTrainingSet(input: $input) { __typename ... on TrainingSetExport { id exampleCount skippedCount dataSet { id } view { name exports { id } } } }
     }`,
    {
      input: {
        view: 'exported',
        name: 'Capitals in 2021',
        asOf: '2021-06-01T00:00:00Z',
        promptTemplate: 'Capital and population of {{{entityKey}}}?',
        completionTemplate: '{capital}, {population}',
      },
    },
  );
  expect(exportTrainingSet).toMatchObject({
    exampleCount: 1,
    skippedCount: 2,
    view: { exports: [{ id: exportTrainingSet.id }] },
  });
  const [announced] = await announcements('training-set.exported');
  expect(announced).toMatchObject({
    dataSetId: exportTrainingSet.dataSet.id,
    name: 'Capitals in 2021',
    exampleCount: 1,
    tenant: 'test',
  });
  const folder = await platform.artifacts.fetch(announced.artifactUri);
  expect(await readFile(join(folder, 'examples.jsonl'), 'utf8')).toBe(
    '{"prompt":"Capital and population of {FR}?","completion":"Paris, 67"}\n',
  );
});

async function announcements(topic: string): Promise<readonly Answer[]> {
  const delivered = createDeferred<Answer>();
  const subscription = await platform.broker.subscribe({
    topics: [topic],
    group: `test-${topic}`,
    handle: async ({ payload }) => delivered.resolve(payload),
  });
  const payload = await delivered.promise;
  await subscription.close();
  return [payload];
}

test('an export that needs an unknown feature is refused by the name of the template', async () => {
  const { exportTrainingSet } = await ask(
    `mutation { exportTrainingSet(input: { view: "country_facts", name: "x", promptTemplate: "{colour}?", completionTemplate: "y" }) {
       __typename ... on InvalidInput { field message } } }`,
  );
  expect(exportTrainingSet).toEqual({
    __typename: 'InvalidInput',
    field: 'input.promptTemplate',
    message: 'The view has no feature "colour". It has: capital, population.',
  });
});

test.each(['FeatureEntity', 'FeatureView', 'TrainingSetExport'])(
  'a %s reached from another service needs features:read as well',
  async (type) => {
    const { data, errors } = await subgraph.request(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { name } } }`,
      { of: [{ __typename: type, id: 'any' }] },
      { scopes: ['training:read'] },
    );
    expect(data).toEqual({ _entities: [null] });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', requiredScope: 'features:read' });
  },
);

test('a batch answers with the view as it is after the batch', async () => {
  await defineView('counted');
  const first = { entityKey: 'FR', at: '2024-01-01T00:00:00Z', values: { capital: 'Paris' } };
  const second = { ...first, at: '2024-02-01T00:00:00Z' };
  expect(await ingest('counted', [first])).toMatchObject({
    view: { rowCount: 1, newestRowAt: '2024-01-01T00:00:00.000Z' },
  });
  expect(await ingest('counted', [first, second])).toMatchObject({
    view: { rowCount: 2, newestRowAt: '2024-02-01T00:00:00.000Z' },
  });
});

test('a row that is stored ahead of its moment is not read online before it', async () => {
  await defineView('ahead');
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await ingest('ahead', [
    { entityKey: 'FR', at: '2024-01-01T00:00:00Z', values: { capital: 'Paris' } },
    { entityKey: 'FR', at: later, values: { capital: 'Lyon' } },
    { entityKey: 'ES', at: later, values: { capital: 'Sevilla' } },
  ]);
  const { vectors } = await online('ahead', ['FR', 'ES']);
  expect(vectors.map(({ values, status }: Answer) => [values[0], status])).toEqual([
    ['Paris', 'PRESENT'],
    [null, 'MISSING'],
  ]);
});

test('fifty views by reference cost one query, and fifty entities of theirs one more', async () => {
  const ids: string[] = [];
  for (let index = 0; index < 50; index += 1) ids.push((await defineView(`many_${index}`)).id);
  queries.reset();
  const { _entities } = await ask(
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on FeatureView { name entity { name } } } }',
    { of: ids.map((id) => ({ __typename: 'FeatureView', id })) },
  );
  expect(_entities.map(({ name }: Answer) => name)).toEqual(ids.map((_, index) => `many_${index}`));
  expect(queries.count()).toBe(2);
});

test('the point-in-time join equals a naive reference and never sees the future', async () => {
  const { id: viewId } = await defineView('random');
  const moment = fc
    .integer({ min: 0, max: 50 })
    .map((second) => new Date(Date.UTC(2024, 0, 1, 0, 0, second)));
  const key = fc.constantFrom('a', 'b', 'c');
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.record({ entityKey: key, at: moment }), {
        selector: ({ entityKey, at }) => `${entityKey} ${at.getTime()}`,
        maxLength: 30,
      }),
      fc.array(fc.record({ entityKey: key, at: moment }), { minLength: 1, maxLength: 20 }),
      async (stored, asked) => {
        const rows = stored.map((row, index) => ({ ...row, values: { population: index } }));
        await platform.database.query('delete from feature_row where view_id = $1', [viewId]);
        if (rows.length > 0) await platform.database.transaction((tx) => writeRows(tx, viewId, rows));
        const found = await rowsAsOf(platform.database, viewId, asked);
        const expected = asked.map(({ entityKey, at }) =>
          rows
            .filter((row) => row.entityKey === entityKey && row.at <= at)
            .reduce<(typeof rows)[number] | undefined>(
              (best, row) => (best && best.at >= row.at ? best : row),
              undefined,
            ),
        );
        expect(found.map((row) => row?.values)).toEqual(expected.map((row) => row?.values));
      },
    ),
    { numRuns: 60 },
  );
});
