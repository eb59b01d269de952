/** The whole service on a test database, with real workers, for integration tests. */
import type { BaseEnv } from '@fathom/platform/env';
import type { JobExecutor } from '@fathom/platform/jobs/job-executor';
import { loadTypeDefs } from '@fathom/platform/repository';
import type { TestIdentity } from '@fathom/platform/testing/identity';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import type { Env } from '../env.ts';
import { createLoaders } from '../loaders.ts';
import { resolvers } from '../resolvers/resolvers.ts';
import { createDataSetRoute } from '../runtime/data-set-route.ts';
import { startTrainingService } from '../runtime/training-service.ts';
import { createTrainingWorkers } from '../runtime/training-worker.ts';
import { createUploadRoute } from '../runtime/upload-route.ts';

type OwnEnv = Omit<Env, keyof BaseEnv>;

export interface TrainingSubgraph extends TestSubgraph {
  readonly parts: TestPlatform<OwnEnv>;
  /** Of the workers started so far, oldest first. */
  readonly workerPids: readonly number[];
}

export interface TrainingSubgraphOptions {
  readonly databaseUrl: string;
  readonly env?: Partial<Env>;
  readonly identity?: TestIdentity;
  /** Instead of the service's own workers. */
  readonly executor?: (parts: TestPlatform<OwnEnv>) => JobExecutor;
}

export const trainingMigrations = new URL('../../sql/', import.meta.url);

export async function startTrainingSubgraph(options: TrainingSubgraphOptions): Promise<TrainingSubgraph> {
  const parts = await openTestPlatform<OwnEnv>({
    service: 'training',
    migrations: trainingMigrations,
    databaseUrl: options.databaseUrl,
    env: {
      TRAINING_CONCURRENCY: 1,
      TRAINING_THREADS: 1,
      TRAINING_NICENESS: 0,
      TRAINING_LEASE_MS: 2_000,
      TRAINING_MAX_CRASHES: 3,
      TRAINING_CHECKPOINTS_KEPT: 3,
      MLFLOW_EXPERIMENT_NAME: 'fathom',
      UPLOAD_LIFETIME_MS: 3_600_000,
      SHIPPED_MODEL_DIR: '',
      ...options.env,
    },
    ...(options.identity ? { identity: options.identity } : {}),
  });
  const workerPids: number[] = [];
  const workers =
    options.executor?.(parts) ??
    createTrainingWorkers({
      artifacts: parts.env,
      niceness: 0,
      logger: parts.logger,
      onStart: (pid) => workerPids.push(pid),
    });
  const service = await startTrainingService(parts, workers);
  const subgraph = await startTestSubgraph({
    platform: parts,
    identity: parts.identity,
    typeDefs: loadTypeDefs('training'),
    resolvers,
    loaders: ({ identity }) => createLoaders(parts.database, identity.tenant),
    extend: () => ({ training: service }),
    routes: {
      '/uploads/': createUploadRoute(service.uploads),
      '/data-sets/': createDataSetRoute({ database: parts.database, dataSetFiles: service.dataSetFiles }),
    },
  });
  return {
    ...subgraph,
    parts,
    workerPids,
    async close() {
      await subgraph.close();
      await service.close();
      await parts.close();
    },
  };
}
