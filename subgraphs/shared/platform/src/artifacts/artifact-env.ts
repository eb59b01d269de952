/** What of the environment says where artifacts are. */
import { z } from 'zod';

/** The variables of {@link ArtifactEnv}, for the environments of services and of their workers. */
export const artifactVariables = {
  /** Without it artifacts are files. */
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'is not an http(s):// URL' }).optional(),
  S3_BUCKET: z.string().default('fathom'),
  S3_REGION: z.string().default('us-east-1'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  S3_SESSION_TOKEN: z.string().optional(),
};

export type ArtifactEnv = Readonly<z.infer<z.ZodObject<typeof artifactVariables>>> & {
  readonly FATHOM_DATA_DIR: string;
};

/** What a worker process needs of a service's environment to open the same store; nothing else is passed on. */
export function artifactEnvOf(env: ArtifactEnv): Readonly<Record<string, string | undefined>> {
  const { FATHOM_DATA_DIR, S3_ENDPOINT, S3_BUCKET, S3_REGION } = env;
  const { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, S3_SESSION_TOKEN } = env;
  if (S3_ENDPOINT === undefined) return { FATHOM_DATA_DIR };
  return {
    FATHOM_DATA_DIR,
    S3_ENDPOINT,
    S3_BUCKET,
    S3_REGION,
    S3_ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY,
    S3_SESSION_TOKEN,
  };
}
