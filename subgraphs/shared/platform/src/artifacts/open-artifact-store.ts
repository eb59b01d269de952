/** The artifact store that the environment names: an S3 bucket, or files in the data folder. */
import { join } from 'node:path';
import type { ArtifactEnv } from './artifact-env.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { createFileArtifactStore } from './file-artifact-store.ts';
import { createS3ArtifactStore } from './s3-artifact-store.ts';

export function openArtifactStore(env: ArtifactEnv): ArtifactStore {
  const { S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, FATHOM_DATA_DIR } = env;
  if (S3_ENDPOINT === undefined) {
    return createFileArtifactStore({ directory: join(FATHOM_DATA_DIR, 'artifacts') });
  }
  if (!S3_ACCESS_KEY_ID || !S3_SECRET_ACCESS_KEY) {
    throw new Error('S3_ENDPOINT is set: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set with it');
  }
  return createS3ArtifactStore({
    endpoint: S3_ENDPOINT,
    bucket: env.S3_BUCKET,
    region: env.S3_REGION,
    accessKeyId: S3_ACCESS_KEY_ID,
    secretAccessKey: S3_SECRET_ACCESS_KEY,
    sessionToken: env.S3_SESSION_TOKEN,
    cacheDirectory: join(FATHOM_DATA_DIR, 'artifact-cache'),
  });
}
