/** What can be seen of a data set's content, and that a run trains on whatever it is. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteLevelBpe } from '@fathom/neural/tokenizers/byte-level-bpe';
import { splitExamples } from '@fathom/neural/training/split';
import { repositoryRoot } from '@fathom/platform/repository';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importShippedModel } from './actions/import-shipped-model.ts';
import { createDataSet, runState, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
});
afterAll(() => subgraph.close());

/** The examples by all pages, and the size of each page. */
async function allExamples(id: unknown, first: number) {
  const query = `query ($id: ID!, $first: Int, $after: String) { dataSet(id: $id) { examples(first: $first, after: $after) {
    edges { node { prompt completion } } pageInfo { hasNextPage endCursor } } } }`;
  type Page = {
    readonly edges: { readonly node: { readonly prompt: string; readonly completion: string } }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
  const pages: Page[] = [];
  do {
    const after = pages.at(-1)?.pageInfo.endCursor ?? null;
    const { data, errors } = await subgraph.request<{ dataSet: { examples: Page } }>(query, {
      id,
      first,
      after,
    });
    if (!data) throw new Error(JSON.stringify(errors));
    pages.push(data.dataSet.examples);
  } while (pages.at(-1)?.pageInfo.hasNextPage);
  return { examples: pages.flatMap(({ edges }) => edges.map(({ node }) => node)), pages };
}

test('all examples can be looked through page by page, however long they are; plain text has no prompt', async () => {
  const lines = Array.from({ length: 25 }, (_, index) =>
    index % 5 === 4
      ? { text: `${index} ${'words\u2028 '.repeat(4_000)}` }
      : { prompt: `é ${index}`, completion: 'x'.repeat(index * 300 + 1) },
  );
  const id = await createDataSet(subgraph, lines.map((line) => JSON.stringify(line)).join('\n'));
  const { examples, pages } = await allExamples(id, 10);
  expect(pages.map(({ edges }) => edges.length)).toEqual([10, 10, 5]);
  expect(examples).toEqual(
    lines.map((line) => ('text' in line ? { prompt: '', completion: line.text } : line)),
  );
  for (const offset of ['1', '-1', '1e9', 'x']) {
    const after = Buffer.from(JSON.stringify([offset])).toString('base64url');
    const query =
      'query ($id: ID!, $after: String) { dataSet(id: $id) { examples(after: $after) { edges { cursor } } } }';
    const { errors } = await subgraph.request(query, { id, after });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'after' });
  }
});

test('statistics tell lengths and duplicates, and the split is that of a run', async () => {
  const examples = Array.from({ length: 100 }, (_, index) => ({
    prompt: `question ${index % 60}`,
    completion: 'y'.repeat(100),
  }));
  const content = examples.map((example) => JSON.stringify(example)).join('\n');
  const id = await createDataSet(subgraph, content);
  const query = `query ($id: ID!) { dataSet(id: $id) {
    statistics { duplicateCount promptCharacters completionCharacters longestCharacters lengths { upTo count } }
    half: split(seed: 7, heldOutShare: 0.5) { trainingCount heldOutCount }
    few: split(heldOutShare: 0.01) { trainingCount heldOutCount }
  } }`;
  const { data } = await subgraph.request<{ dataSet: Record<string, { lengths: object[] }> }>(query, { id });
  expect(data?.dataSet['statistics']).toMatchObject({
    duplicateCount: 40,
    promptCharacters: examples.reduce((sum, { prompt }) => sum + prompt.length, 0),
    completionCharacters: 10_000,
    longestCharacters: 111,
  });
  expect(data?.dataSet['statistics']?.lengths).toHaveLength(12);
  expect(data?.dataSet['statistics']?.lengths).toContainEqual({ upTo: 128, count: 100 });
  for (const [name, options] of [
    ['half', { seed: 7, heldOutShare: 0.5 }],
    ['few', { seed: 1, heldOutShare: 0.01 }],
  ] as const) {
    const { training, heldOut } = splitExamples(examples, options);
    expect(data?.dataSet[name]).toEqual({ trainingCount: training.length, heldOutCount: heldOut.length });
  }
});

test('tokens are estimated by the tokenizer of the version that is named', async () => {
  const { database, artifacts } = subgraph.parts;
  const folder = join(repositoryRoot(), 'subgraphs/training/models/fathom-facts');
  await importShippedModel({ database, artifacts }, { modelName: 'fathom-facts', folder });
  const content = JSON.stringify({ prompt: 'What is the capital of France?', completion: 'Paris.' });
  const id = await createDataSet(subgraph, Array.from({ length: 500 }, () => content).join('\n'));
  const query = `query ($id: ID!, $version: ID!) { dataSet(id: $id) { tokenEstimate(modelVersionId: $version) } }`;
  const { data } = await subgraph.request<{ dataSet: { tokenEstimate: number } }>(query, {
    id,
    version: 'fathom-facts@1',
  });
  const json = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as unknown;
  const tokenizer = ByteLevelBpe.fromTokenizerJson(json);
  const tokens =
    tokenizer.encode('What is the capital of France?').length + tokenizer.encode('Paris.').length;
  expect(data?.dataSet.tokenEstimate).toBe(500 * tokens);
  const unknown = await subgraph.request(query, { id, version: 'nobody@1' });
  expect(unknown.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
});

test('a run trains on plain text, and has no answers to compare', async () => {
  const text = Array.from(
    { length: 40 },
    (_, index) => `Day ${index}. It rained on the hills, and the river rose.`,
  );
  const { data } = await subgraph.request<{ createDataSet: { id: string; exampleCount: number } }>(
    `mutation ($input: CreateDataSetInput!) { createDataSet(input: $input) { ... on DataSet { id exampleCount } } }`,
    { input: { name: 'diary', format: 'TEXT', content: text.join('\n\n').repeat(4) } },
  );
  expect(data?.createDataSet.exampleCount).toBeGreaterThan(2);
  const id = await startRun(subgraph, { modelName: 'diary', dataSetId: data?.createDataSet.id, ...tinyRun });
  await untilRest(subgraph, id);
  const run = await runState(subgraph, id);
  expect([run.status, run.detail]).toEqual(['COMPLETED', expect.anything()]);
  expect(run.evaluations).toMatchObject([{ suite: 'held-out', loss: expect.any(Number), exactMatch: null }]);
});
