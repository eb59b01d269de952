import { readEnv } from '@fathom/platform/env';
import { openPlatform } from '@fathom/platform/platform';
import { loadTypeDefs } from '@fathom/platform/repository';
import { runService } from '@fathom/platform/server/run-service';
import { createSubgraphServer } from '@fathom/platform/server/subgraph-server';
import { maxContentBytes } from './actions/create-data-set.ts';
import { importShippedModel } from './actions/import-shipped-model.ts';
import { env as envSchema } from './env.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { createDataSetRoute } from './runtime/data-set-route.ts';
import { startTrainingService } from './runtime/training-service.ts';
import { createTrainingWorkers } from './runtime/training-worker.ts';
import { createUploadRoute } from './runtime/upload-route.ts';
import { openTracking } from './tracking/open-tracking.ts';

await runService('training', async () => {
  const env = readEnv(envSchema);
  const platform = await openPlatform({
    service: 'training',
    env,
    migrations: new URL('../sql/', import.meta.url),
  });
  const { database, artifacts, logger } = platform;

  // The registry serves the versions that it has even where a release ships a damaged one; /readyz tells.
  const shipped = await importShippedModel(
    { database, artifacts },
    { modelName: 'fathom-facts', folder: env.SHIPPED_MODEL_DIR },
  ).then(
    (versionId) => ({ ok: true, detail: versionId }),
    (error: Error) => {
      logger.error({ err: error }, 'the shipped model could not be imported');
      return { ok: false, detail: error.message };
    },
  );
  const workers = createTrainingWorkers({
    artifacts: env,
    niceness: env.TRAINING_NICENESS,
    logger,
  });
  const service = await startTrainingService(platform, workers);
  const tracking = openTracking(platform);
  const server = await createSubgraphServer({
    platform: {
      ...platform,
      probes: {
        ...platform.probes,
        'shipped model': { critical: false, check: async () => shipped },
        ...(tracking ? { mlflow: { critical: false, check: async () => tracking.check() } } : {}),
      },
    },
    typeDefs: loadTypeDefs('training'),
    resolvers,
    loaders: ({ identity }) => createLoaders(database, identity.tenant),
    extend: () => ({ training: service }),
    readiness: { workers: () => workers.check() },
    routes: {
      '/uploads/': createUploadRoute(service.uploads),
      '/data-sets/': createDataSetRoute({ database, dataSetFiles: service.dataSetFiles }),
    },
    // A data set in JSON, where every character may need an escape.
    limits: { maxBodyBytes: 2 * maxContentBytes },
  });

  return {
    ...server,
    async close() {
      await server.close();
      await service.close();
      await tracking?.close();
      await platform.close();
    },
  };
});
