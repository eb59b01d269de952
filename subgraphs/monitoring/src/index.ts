import { readEnv } from '@fathom/platform/env';
import { openPlatform } from '@fathom/platform/platform';
import { loadTypeDefs } from '@fathom/platform/repository';
import { runService } from '@fathom/platform/server/run-service';
import { createSubgraphServer } from '@fathom/platform/server/subgraph-server';
import { openAlertFeed } from './alert-feed.ts';
import { env as envSchema } from './env.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { Watch } from './watch.ts';

await runService('monitoring', async () => {
  const env = readEnv(envSchema);
  const platform = await openPlatform({
    service: 'monitoring',
    env,
    migrations: new URL('../sql/', import.meta.url),
    sharedCache: true,
  });
  const { database, cache, logger } = platform;
  const services = Object.keys(env.MONITORED_SERVICES);
  const alertFeed = await openAlertFeed(database);
  const watch = new Watch({
    database,
    cache,
    logger,
    services: env.MONITORED_SERVICES,
    intervalMs: env.MONITOR_INTERVAL_MS,
  });

  const server = await createSubgraphServer({
    platform,
    typeDefs: loadTypeDefs('monitoring'),
    resolvers,
    loaders: () => createLoaders(database, services, new Date()),
    extend: () => ({ database, alertFeed, services }),
  });
  watch.start();

  return {
    ...server,
    async close() {
      await server.close();
      await watch.close();
      await alertFeed.close();
      await platform.close();
    },
  };
});
