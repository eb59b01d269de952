import { readEnv } from '@fathom/platform/env';
import { openPlatform } from '@fathom/platform/platform';
import { loadTypeDefs } from '@fathom/platform/repository';
import { runService } from '@fathom/platform/server/run-service';
import { createSubgraphServer } from '@fathom/platform/server/subgraph-server';
import { env as envSchema } from './env.ts';
import { createLoaders } from './loaders.ts';
import { resolvers } from './resolvers/resolvers.ts';

await runService('features', async () => {
  const env = readEnv(envSchema);
  const platform = await openPlatform({
    service: 'features',
    env,
    migrations: new URL('../sql/', import.meta.url),
  });
  const { database, artifacts } = platform;
  const server = await createSubgraphServer({
    platform,
    typeDefs: loadTypeDefs('features'),
    resolvers,
    loaders: ({ identity }) => createLoaders(database, identity.tenant),
    extend: () => ({ database, artifacts }),
  });
  return {
    ...server,
    async close() {
      await server.close();
      await platform.close();
    },
  };
});
