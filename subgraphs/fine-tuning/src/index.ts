import { readEnv } from '@fathom/platform/env';
import { openPlatform } from '@fathom/platform/platform';
import { loadTypeDefs } from '@fathom/platform/repository';
import { runService } from '@fathom/platform/server/run-service';
import { createSubgraphServer } from '@fathom/platform/server/subgraph-server';
import { env as envSchema } from './env.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { startFineTuningService } from './runtime/fine-tuning-service.ts';
import { createFineTuningWorkers } from './runtime/fine-tuning-workers.ts';

/** Ten thousand inline examples, of sixteen thousand characters each, are refused by number, not by bytes. */
const maxBodyBytes = 32 * 1024 * 1024;

await runService('fine-tuning', async () => {
  const env = readEnv(envSchema);
  const platform = await openPlatform({
    service: 'fine-tuning',
    env,
    migrations: new URL('../sql/', import.meta.url),
  });
  const { database, logger } = platform;

  const workers = createFineTuningWorkers({
    artifacts: env,
    niceness: env.FINE_TUNING_NICENESS,
    logger,
  });
  const service = await startFineTuningService(platform, workers);
  const server = await createSubgraphServer({
    platform,
    typeDefs: loadTypeDefs('fine-tuning'),
    resolvers,
    loaders: ({ identity }) => createLoaders(database, identity.tenant),
    extend: () => ({ jobs: service.jobs }),
    readiness: { workers: () => workers.check() },
    limits: { maxBodyBytes },
  });

  return {
    ...server,
    async close() {
      await server.close();
      await service.close();
      await platform.close();
    },
  };
});
