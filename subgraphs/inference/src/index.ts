import { createGraphQLClient } from '@fathom/platform/client/graphql-client';
import { readEnv } from '@fathom/platform/env';
import { createIdentitySigner } from '@fathom/platform/identity-token';
import { openPlatform } from '@fathom/platform/platform';
import { loadTypeDefs } from '@fathom/platform/repository';
import { runService } from '@fathom/platform/server/run-service';
import { createSubgraphServer } from '@fathom/platform/server/subgraph-server';
import { discoverDevices } from './devices/discover-devices.ts';
import { env as envSchema } from './env.ts';
import { createLoaders } from './loaders.ts';
import { prefixSaltOf } from './pool/prefix-salt.ts';
import { describeDevice, deviceSnapshots } from './resolvers/device-snapshots.ts';
import { resolvers } from './resolvers/resolvers.ts';
import { createDeepLearning, noDeepLearning } from './runtime/deep-learning.ts';
import { scalingPath } from './runtime/scaling.ts';
import { startInference } from './service.ts';

await runService('inference', async () => {
  const env = readEnv(envSchema);
  const platform = await openPlatform({
    service: 'inference',
    env,
    migrations: new URL('../sql/', import.meta.url),
  });
  const { logger, metrics } = platform;

  const signer = createIdentitySigner({
    privateJwk: env.IDENTITY_PRIVATE_JWK,
    issuer: 'inference',
    proofKeys: env.IDENTITY_PROOF_KEY,
  });
  const deepLearningClient =
    env.DEEP_LEARNING_URL === undefined
      ? undefined
      : createGraphQLClient({
          url: env.DEEP_LEARNING_URL,
          name: 'deep-learning',
          signer,
          timeoutMs: env.DEEP_LEARNING_TIMEOUT_MS,
          circuit: { failures: 3, openMs: 5_000 },
          logger,
          metrics,
        });
  const deepLearning = deepLearningClient ? createDeepLearning(deepLearningClient) : noDeepLearning;

  const devices = await discoverDevices(env.DEVICES, { threads: env.DEVICE_THREADS });
  for (const { id, reason } of devices.unavailable)
    logger.warn({ device: id, reason }, 'a device that DEVICES names cannot be used');
  const inference = await startInference(
    { ...platform, deepLearning, signer },
    {
      instance: env.OTEL_SERVICE_INSTANCE_ID ?? `${env.HOST}:${env.PORT}`,
      defaultModel: env.DEFAULT_MODEL,
      devices,
      peers: env.ENGINE_PEERS,
      maxSequences: env.MAX_SEQUENCES,
      maxQueued: env.MAX_QUEUED,
      prefixSalt: env.PREFIX_CACHE_SALT ?? prefixSaltOf(env.IDENTITY_PRIVATE_JWK),
      prefixSlots: env.PREFIX_CACHE_SLOTS,
      kvCacheTokens: env.KV_CACHE_TOKENS,
      prefillTokensPerStep: env.PREFILL_TOKENS_PER_STEP,
      precision: env.MODEL_PRECISION,
      maxContextLength: env.MAX_CONTEXT_LENGTH,
      modelMemoryBytes: env.MODEL_MEMORY_BYTES,
      graceMs: env.GENERATION_GRACE_MS,
      answerCacheTtlMs: env.ANSWER_CACHE_TTL_MS,
    },
  );
  const { pool, deployments } = inference;

  const server = await createSubgraphServer({
    platform,
    typeDefs: loadTypeDefs('inference'),
    resolvers,
    loaders: ({ identity }) => createLoaders(inference, identity),
    extend: () => ({ inference }),
    routes: { '/engine/': inference.peerRoute },
    figures: { [scalingPath]: inference.scaling },
    readiness: {
      model: async () => deployments.readiness(),
      device: async () => {
        const devices = pool.snapshots();
        return {
          ok: devices.some(({ status }) => status === 'READY'),
          detail: devices
            .map(
              ({ id, status, name, threads }) =>
                `${id} is ${status.toLowerCase()}: ${name}, ${threads} threads`,
            )
            .join('; '),
        };
      },
    },
    banner: () => ({ devices: deviceSnapshots(inference).map(describeDevice).join('; ') }),
  });

  return {
    ...server,
    async close() {
      inference.stopLoading();
      await server.close();
      await inference.close();
      await deepLearningClient?.close();
      await platform.close();
    },
  };
});
