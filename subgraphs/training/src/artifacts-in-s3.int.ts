import { useTestDatabase } from '@fathom/platform/testing/postgres';
import { startS3TestServer } from '@fathom/platform/testing/s3-server';
import { expect, test } from 'vitest';
import { createDataSet, runState, startRun, tinyRun, untilRest } from './testing/operations.ts';
import { startTrainingSubgraph } from './testing/training-subgraph.ts';

const testDatabase = useTestDatabase();

test('with S3_ENDPOINT set data set, checkpoints and version are in the bucket, and old checkpoints leave it', async () => {
  const s3 = await startS3TestServer();
  const { bucket, region, accessKeyId, secretAccessKey } = s3.credentials;
  const subgraph = await startTrainingSubgraph({
    databaseUrl: testDatabase.url,
    env: {
      S3_ENDPOINT: s3.endpoint,
      S3_BUCKET: bucket,
      S3_REGION: region,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      TRAINING_CHECKPOINTS_KEPT: 1,
    },
  });
  try {
    const dataSetId = await createDataSet(subgraph);
    const id = await startRun(subgraph, { modelName: 'in-a-bucket', dataSetId, ...tinyRun });
    await untilRest(subgraph, id);
    const run = await runState(subgraph, id);
    expect(run).toMatchObject({ status: 'COMPLETED', modelVersion: { id: 'in-a-bucket@1' } });
    const stored = [...s3.objects.keys()].filter((key) => key.endsWith('/manifest.json'));
    const uris = [run.modelVersion!.artifactUri, ...run.checkpoints.map(({ artifactUri }) => artifactUri)];
    for (const uri of uris)
      expect(stored).toContain(`artifacts/${uri.replace('artifact:', '')}/manifest.json`);
    // The data set, the version, and the checkpoints that the run still counts on: the last, and the best if that is another.
    expect(stored).toHaveLength(2 + run.checkpoints.length);
  } finally {
    await subgraph.close();
    await s3.close();
  }
});
