/** The whole service on a test database, with real workers, for integration tests. */
import type { BaseEnv } from '@fathom/platform/env';
import { loadTypeDefs } from '@fathom/platform/repository';
import type { TestIdentity } from '@fathom/platform/testing/identity';
import { openTestPlatform, type TestPlatform } from '@fathom/platform/testing/platform';
import { startTestSubgraph, type TestSubgraph } from '@fathom/platform/testing/subgraph';
import type { Env } from '../env.ts';
import { createLoaders } from '../loaders.ts';
import { resolvers } from '../resolvers/resolvers.ts';
import { startFineTuningService } from '../runtime/fine-tuning-service.ts';
import { createFineTuningWorkers } from '../runtime/fine-tuning-workers.ts';

type OwnEnv = Omit<Env, keyof BaseEnv>;

export interface FineTuningSubgraph extends TestSubgraph {
  readonly parts: TestPlatform<OwnEnv>;
  /** Of the workers started so far, oldest first. */
  readonly workerPids: readonly number[];
}

export async function startFineTuningSubgraph(options: {
  readonly databaseUrl: string;
  readonly identity: TestIdentity;
  readonly dataDir: string;
}): Promise<FineTuningSubgraph> {
  const parts = await openTestPlatform<OwnEnv>({
    service: 'fine-tuning',
    migrations: new URL('../../sql/', import.meta.url),
    databaseUrl: options.databaseUrl,
    identity: options.identity,
    env: {
      FATHOM_DATA_DIR: options.dataDir,
      FINE_TUNING_CONCURRENCY: 1,
      FINE_TUNING_THREADS: 1,
      FINE_TUNING_NICENESS: 0,
      FINE_TUNING_LEASE_MS: 2_000,
      FINE_TUNING_MAX_CRASHES: 3,
    },
  });
  const workerPids: number[] = [];
  const workers = createFineTuningWorkers({
    artifacts: parts.env,
    niceness: 0,
    logger: parts.logger,
    onStart: (pid) => workerPids.push(pid),
  });
  const service = await startFineTuningService(parts, workers);
  const subgraph = await startTestSubgraph({
    platform: parts,
    identity: parts.identity,
    typeDefs: loadTypeDefs('fine-tuning'),
    resolvers,
    loaders: ({ identity }) => createLoaders(parts.database, identity.tenant),
    extend: () => ({ jobs: service.jobs }),
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
