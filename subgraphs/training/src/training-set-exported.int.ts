import { randomUUID } from 'node:crypto';
import { storeExamples } from '@fathom/neural/training/store-examples';
import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTrainingSubgraph, type TrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();
let subgraph: TrainingSubgraph;

beforeAll(async () => {
  subgraph = await startTrainingSubgraph({ databaseUrl: testDatabase.url });
});
afterAll(() => subgraph.close());

test('a training set that features exported is a data set, once, with its view; unreadable messages hold nothing up', async () => {
  const { artifactUri, sha256, exampleCount } = await storeExamples(subgraph.parts.artifacts, [
    { prompt: 'amount 7', completion: 'fraud' },
    { prompt: 'amount 1', completion: 'fine' },
  ]);
  const event = {
    exportId: 'export-1',
    dataSetId: 'dataset-from-features',
    featureViewId: 'view-1',
    name: 'payments',
    asOf: '2026-11-01T00:00:00.000Z',
    artifactUri,
    sha256,
    exampleCount,
    tenant: 'test',
  };
  const message = { topic: 'training-set.exported', key: 'export-1' };
  const good = { ...message, id: randomUUID(), payload: event };
  const missing = { ...event, dataSetId: 'dataset-lost', artifactUri: `artifact:sha256-${'0'.repeat(64)}` };
  await subgraph.parts.broker.publish([
    { ...message, id: randomUUID(), payload: { nonsense: true } },
    { ...message, id: randomUUID(), payload: missing },
    good,
    good,
    { ...message, id: randomUUID(), payload: { ...event, dataSetId: 'dataset-last' } },
  ]);
  await untilStored('dataset-last');
  const query = `{ dataSets { edges { node { id name exampleCount featuresAsOf featureView { id } sample { prompt } } } } }`;
  const { data } = await subgraph.request<{ dataSets: { edges: { node: { id: string } }[] } }>(query);
  expect(data?.dataSets.edges.map(({ node }) => node.id)).toEqual(['dataset-last', 'dataset-from-features']);
  expect(data?.dataSets.edges[1]?.node).toEqual({
    id: 'dataset-from-features',
    name: 'payments',
    exampleCount: 2,
    featuresAsOf: '2026-11-01T00:00:00.000Z',
    featureView: { id: 'view-1' },
    sample: [{ prompt: 'amount 7' }, { prompt: 'amount 1' }],
  });
});

async function untilStored(id: string): Promise<void> {
  const { database } = subgraph.parts;
  while (!(await database.maybeOne('select 1 from data_set where id = $1', [id])))
    await new Promise(setImmediate);
}
