import type { Platform } from '@fathom/platform/platform';
import type { Env } from '../env.ts';
import { createMlflowClient } from './mlflow-client.ts';
import { type MlflowMirror, startMlflowMirror } from './mlflow-mirror.ts';

/** The mirror of runs that the environment asks for, if it does. */
export function openTracking({ env, database, artifacts, logger }: Platform<Env>): MlflowMirror | undefined {
  if (env.MLFLOW_TRACKING_URI === undefined) return undefined;
  const client = createMlflowClient({
    trackingUri: env.MLFLOW_TRACKING_URI,
    token: env.MLFLOW_TRACKING_TOKEN,
    username: env.MLFLOW_TRACKING_USERNAME,
    password: env.MLFLOW_TRACKING_PASSWORD,
  });
  return startMlflowMirror({
    database,
    artifacts,
    client,
    experimentName: env.MLFLOW_EXPERIMENT_NAME,
    logger,
  });
}
