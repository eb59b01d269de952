import { cpus } from 'node:os';
import { join } from 'node:path';
import { baseEnv, jsonVariable, portVariable, privateJwkSchema } from '@fathom/platform/env';
import { repositoryRoot } from '@fathom/platform/repository';
import { z } from 'zod';

export const env = baseEnv.extend({
  PORT: portVariable(4003),
  /** Runs at once in this instance; 0 takes none, for instances that only serve. */
  TRAINING_CONCURRENCY: z.coerce.number().int().min(0).max(64).default(1),
  /** Threads of one run's worker. */
  TRAINING_THREADS: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(() => cpus().length),
  /** How much a worker yields to serving: 0 not at all, 19 the most. */
  TRAINING_NICENESS: z.coerce.number().int().min(0).max(19).default(10),
  /** How long a run stays with an instance that fell silent. */
  TRAINING_LEASE_MS: z.coerce.number().int().min(500).default(6_000),
  /** Workers in a row that may die without a new checkpoint before a run fails. */
  TRAINING_MAX_CRASHES: z.coerce.number().int().min(0).default(5),
  /** Of deep-learning's /graphql, for data sets of taught knowledge. */
  DEEP_LEARNING_URL: z.url().optional(),
  /** Of inference's and fine-tuning's /graphql: who removes a version must know what uses it there. */
  INFERENCE_URL: z.url().optional(),
  FINE_TUNING_URL: z.url().optional(),
  /** Vouches there for whoever asks; needed with them. */
  IDENTITY_PRIVATE_JWK: jsonVariable(privateJwkSchema).optional(),
  /** How long an upload is kept to which nothing arrives; from an hour up in production. */
  UPLOAD_LIFETIME_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(24 * 3_600_000),
  /** The newest checkpoints that a run keeps, beside that of the lowest held-out loss. */
  TRAINING_CHECKPOINTS_KEPT: z.coerce.number().int().min(1).max(1_000).default(3),
  /** An MLflow server that runs are mirrored to. */
  MLFLOW_TRACKING_URI: z.url({ protocol: /^https?$/, error: 'is not an http(s):// URL' }).optional(),
  MLFLOW_EXPERIMENT_NAME: z.string().default('fathom'),
  MLFLOW_TRACKING_TOKEN: z.string().optional(),
  MLFLOW_TRACKING_USERNAME: z.string().optional(),
  MLFLOW_TRACKING_PASSWORD: z.string().optional(),
  /** The folder of the model that is in the registry from the first start on. */
  SHIPPED_MODEL_DIR: z
    .string()
    .default(() => join(repositoryRoot(), 'subgraphs/training/models/fathom-facts')),
});
export type Env = z.infer<typeof env>;
