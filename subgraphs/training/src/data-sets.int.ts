import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
});
afterAll(() => subgraph.close());

const create = `mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) {
  __typename
  ... on DataSet { id name version exampleCount sizeBytes sha256 sample(first: 1) { prompt completion } }
  ... on InvalidDataSet { message problemCount problems { line message } }
  ... on InvalidInput { field message }
} }`;
const twoExamples = '{"prompt":"a","completion":"b"}\n{"prompt":"c","completion":"d"}\n';

async function store(content: string, options: { format?: string; name?: string; tenant?: string } = {}) {
  const { format = 'JSONL', name = 'pairs', tenant = 'test' } = options;
  const answer = await subgraph.request<{ createDataSet: Record<string, unknown> }>(
    create,
    { input: { name, format, content } },
    { tenant },
  );
  if (!answer.data) throw new Error(JSON.stringify(answer.errors));
  return answer.data.createDataSet;
}

test('the same examples under the same name are one version, in whichever format they come', async () => {
  const first = await store(twoExamples);
  const again = await store('prompt,completion\r\na,b\r\n"c",d\r\n', { format: 'CSV' });
  expect(first).toMatchObject({
    name: 'pairs',
    version: 1,
    exampleCount: 2,
    sample: [{ prompt: 'a', completion: 'b' }],
  });
  expect(first['sizeBytes']).toBe(Buffer.byteLength(twoExamples));
  expect(again).toEqual(first);
});

test('other examples are the next version of a name, and equal ones under another name are one artifact', async () => {
  const tenant = 'versions';
  const first = await store(twoExamples, { tenant });
  const changed = await store(twoExamples.replace('"d"', '"e"'), { tenant });
  const other = await store(twoExamples, { tenant, name: 'other' });
  expect([first, changed, other].map(({ name, version }) => [name, version])).toEqual([
    ['pairs', 1],
    ['pairs', 2],
    ['other', 1],
  ]);
  expect(other['sha256']).toBe(first['sha256']);
  expect(other['id']).not.toBe(first['id']);
  const artifacts = await subgraph.parts.database.query(
    'select distinct artifact_uri from data_set where tenant = $1 and sha256 = $2',
    [tenant, first['sha256']],
  );
  expect(artifacts).toHaveLength(1);
  const query = '{ dataSets(name: "pairs") { edges { node { version } } } }';
  const { data } = await subgraph.request(query, {}, { tenant });
  expect(data).toEqual({ dataSets: { edges: [{ node: { version: 2 } }, { node: { version: 1 } }] } });
});

test('versions of one name that are stored at once have numbers of their own', async () => {
  const contents = Array.from({ length: 8 }, (_, index) => twoExamples.replace('"d"', `"${index}"`));
  const stored = await Promise.all(contents.map((content) => store(content, { tenant: 'at-once' })));
  expect(stored.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('another tenant neither sees a data set nor gets its id for the same content', async () => {
  const mine = await store(twoExamples);
  const theirs = await store(twoExamples, { tenant: 'rival' });
  expect(theirs['id']).not.toBe(mine['id']);
  const query = 'query ($id: ID!) { dataSet(id: $id) { id } dataSets { edges { node { id } } } }';
  const { data } = await subgraph.request<{ dataSet: null; dataSets: { edges: { node: { id: string } }[] } }>(
    query,
    { id: mine['id'] },
    { tenant: 'rival' },
  );
  expect(data).toEqual({ dataSet: null, dataSets: { edges: [{ node: { id: theirs['id'] } }] } });
});

test('every wrong line is named, and nothing is stored', async () => {
  const wrong = await store(`${twoExamples}not json\n{"prompt":"","completion":7}\n`);
  expect(wrong).toMatchObject({
    __typename: 'InvalidDataSet',
    message: '2 lines are wrong; nothing was stored.',
    problemCount: 2,
  });
  expect(wrong['problems']).toEqual([
    { line: 3, message: expect.stringContaining('is not valid JSON') },
    { line: 4, message: '`prompt` is empty; `completion` is missing or not a string' },
  ]);
});

test('an empty data set, an empty name and too much content are refused by what is wrong with them', async () => {
  expect(await store('')).toMatchObject({ __typename: 'InvalidDataSet', problems: [] });
  expect(await store(twoExamples, { name: ' ' })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.name',
  });
});

test('the versions of a name are reached from each of them', async () => {
  await store(twoExamples, { name: 'history' });
  const { id } = await store(twoExamples.replace('"d"', '"e"'), { name: 'history' });
  const query = 'query ($id: ID!) { dataSet(id: $id) { versions { version name } } }';
  expect((await subgraph.request(query, { id })).data).toEqual({
    dataSet: {
      versions: [
        { version: 2, name: 'history' },
        { version: 1, name: 'history' },
      ],
    },
  });
});

test('a reader may not store, and a stranger may not read', async () => {
  const input = { name: 'n', format: 'JSONL', content: twoExamples };
  const refused = await subgraph.request(create, { input }, { scopes: ['training:read'] });
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    requiredScope: 'training:write',
  });
  const stranger = await subgraph.request('{ dataSets { pageInfo { hasNextPage } } }', {}, { scopes: [] });
  expect(stranger.errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    requiredScope: 'training:read',
  });
});

test('pages follow each other without a gap, newest first', async () => {
  const tenant = 'pager';
  for (let at = 0; at < 5; at += 1) {
    await store(twoExamples.replace('"d"', `"${at}"`), { name: `set ${at}`, tenant });
  }
  const names: string[] = [];
  let after: string | null = null;
  do {
    const query = `query ($after: String) { dataSets(first: 2, after: $after) {
      edges { node { name } } pageInfo { hasNextPage endCursor } } }`;
    type Page = {
      edges: { node: { name: string } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    const { data }: { data?: { dataSets: Page } | null } = await subgraph.request<{ dataSets: Page }>(
      query,
      { after },
      { tenant },
    );
    names.push(...data!.dataSets.edges.map(({ node }) => node.name));
    after = data!.dataSets.pageInfo.hasNextPage ? data!.dataSets.pageInfo.endCursor : null;
  } while (after !== null);
  expect(names).toEqual(['set 4', 'set 3', 'set 2', 'set 1', 'set 0']);
});

test.each([
  ['DataSet', 'id'],
  ['TrainingRun', 'id'],
  ['Model', 'name'],
  ['ModelVersion', 'id'],
  ['AliasMove', 'id'],
  ['Evaluation', 'id'],
  ['Checkpoint', 'id'],
])('a %s reached from another service needs training:read as well', async (type, key) => {
  const { data, errors } = await subgraph.request(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${key} } } }`,
    { of: [{ __typename: type, [key]: 'any' }] },
    { scopes: ['inference:read'] },
  );
  expect(data).toEqual({ _entities: [null] });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', requiredScope: 'training:read' });
});

test('its content is downloaded as it is held, by whoever may read it', async () => {
  const examples = `${Array.from({ length: 20_000 }, (_, index) =>
    JSON.stringify({ prompt: `question ${index}`, completion: `answer ${index}` }),
  ).join('\n')}\n`;
  const stored = await store(examples, { tenant: 'downloads', name: 'large' });
  const download = async (path: string, who: { tenant?: string; scopes?: string[] } = {}, method = 'GET') => {
    const place = `${method} /${path.slice(1)}` as const;
    const headers = await subgraph.parts.identity.headers(
      { audience: 'training', place },
      { tenant: 'downloads', ...who },
    );
    const response = await fetch(new URL(path, subgraph.url), { method, headers });
    return { status: response.status, etag: response.headers.get('etag'), text: await response.text() };
  };
  const path = `/data-sets/${String(stored['id'])}`;
  const { status, etag, text } = await download(path);
  expect([status, etag, text === examples]).toEqual([200, `"${String(stored['sha256'])}"`, true]);
  expect((await download(path, { tenant: 'another' })).status).toBe(404);
  expect((await download(path, { scopes: ['training:write'] })).status).toBe(403);
  expect((await download('/data-sets/nothing')).status).toBe(404);
  expect((await download(path, {}, 'DELETE')).status).toBe(404);
});
