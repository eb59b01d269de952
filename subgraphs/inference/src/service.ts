/**
 * Inference put together from its parts: what `index.ts` runs in production is what integration tests run.
 */
import type { RequestedPrecision } from '@fathom/neural/serving/choose-precision';
import type { ArtifactStore } from '@fathom/platform/artifacts/artifact-store';
import type { Broker } from '@fathom/platform/broker/broker';
import type { Cache } from '@fathom/platform/cache/cache';
import type { Database } from '@fathom/platform/database/database';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import type { Logger } from '@fathom/platform/logging';
import type { Route } from '@fathom/platform/server/subgraph-server';
import type { StreamBuffer } from '@fathom/platform/streams/stream-buffer';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import type { DiscoveredDevices, UnavailableDevice } from './devices/device.ts';
import type { ScalingSignals } from './domain/scaling-signals.ts';
import { EngineDevice } from './engine/engine-device.ts';
import { startWorker } from './engine/start-worker.ts';
import { startConsumers } from './events/consumers.ts';
import { createGrammarChecker } from './grammar/grammar-checker.ts';
import { EnginePool } from './pool/engine-pool.ts';
import { createPeerRoute } from './pool/peers/peer-route.ts';
import { PeerSet } from './pool/peers/peer-set.ts';
import { createAnswerCache } from './runtime/answer-cache.ts';
import { createCompletionCache } from './runtime/completion-cache.ts';
import { createConversationName } from './runtime/conversation-name.ts';
import type { DeepLearning } from './runtime/deep-learning.ts';
import { Deployments } from './runtime/deployments.ts';
import { createGenerationMetrics } from './runtime/generation-metrics.ts';
import { GenerationReader } from './runtime/generation-reader.ts';
import { Generations } from './runtime/generations.ts';
import { createReadingUsage, type ReadingUsage } from './runtime/reading-usage.ts';
import { createScaling } from './runtime/scaling.ts';
import { ShadowTraffic } from './runtime/shadow-traffic.ts';
import { createGenerationStore, type GenerationStore } from './stores/generation-store.ts';
import { createModelStore, type ModelStore, modelsChannel } from './stores/model-store.ts';
import { hasTaughtAnswer } from './stores/taught-question-store.ts';
import { createTrafficSplitStore, type TrafficSplitStore } from './stores/traffic-split-store.ts';

/** The device compiles a form once, and computes nothing meanwhile. */
const grammarLimitMs = 1_000;

export interface InferenceSettings {
  /** Names this process across its restarts, so that it finds the generations of its former life. */
  readonly instance: string;
  readonly defaultModel: string;
  readonly devices: DiscoveredDevices;
  readonly maxSequences: number;
  readonly maxQueued: number;
  readonly prefillTokensPerStep: number;
  readonly prefixSlots: number;
  readonly kvCacheTokens: number | undefined;
  readonly precision: RequestedPrecision;
  readonly maxContextLength: number;
  readonly modelMemoryBytes: number;
  /** `http://host:port` of processes to share requests with; a name may stand for many. */
  readonly peers: readonly string[];
  /** What prompts and conversations are named under where it is chosen who computes them: the same in all replicas, and secret. */
  readonly prefixSalt: Uint8Array;
  /** How long a generation goes on that nobody watches. */
  readonly graceMs: number;
  readonly answerCacheTtlMs: number;
}

export interface InferenceParts {
  readonly database: Database;
  readonly broker: Broker;
  readonly cache: Cache;
  readonly streams: StreamBuffer;
  readonly artifacts: ArtifactStore;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly deepLearning: DeepLearning;
  /** Vouches for this process to its peers. */
  readonly signer: IdentitySigner;
}

export interface InferenceService {
  /** Names this process across its restarts. */
  readonly instance: string;
  readonly pool: EnginePool;
  readonly peers: PeerSet;
  /** What an autoscaler goes by. */
  readonly scaling: () => ScalingSignals;
  /** Below `/engine/`: what peers ask of this process. */
  readonly peerRoute: Route;
  /** Asked for, and not to be had on this machine. */
  readonly unavailable: readonly UnavailableDevice[];
  readonly deployments: Deployments;
  readonly generations: Generations;
  readonly reader: GenerationReader;
  readonly store: GenerationStore;
  readonly models: ModelStore;
  readonly splits: TrafficSplitStore;
  readonly readingUsage: ReadingUsage;
  /** What may come before requests have ended, and spares them waiting for a model that will not be used. */
  stopLoading(): void;
  close(): Promise<void>;
}

export async function startInference(
  parts: InferenceParts,
  settings: InferenceSettings,
): Promise<InferenceService> {
  const { database, broker, cache, streams, artifacts, metrics, logger, deepLearning, signer } = parts;
  const store = createGenerationStore(database);
  const models = createModelStore(database);
  const splits = createTrafficSplitStore(database);

  const { maxSequences, maxQueued } = settings;
  const pool = new EnginePool({
    prefixSalt: settings.prefixSalt,
    open: settings.devices.devices.map((device) => (hooks) => {
      const { id } = device;
      return new EngineDevice({
        ...hooks,
        device,
        worker: {
          maxSequences,
          prefixSlots: settings.prefixSlots,
          kvCacheTokens: settings.kvCacheTokens,
          prefillTokensPerStep: settings.prefillTokensPerStep,
          precision: settings.precision,
          maxContextLength: settings.maxContextLength,
        },
        maxQueued,
        startWorker,
        logger,
        onTokens: (count) => counted.tokens(id, count),
        onPrompt: (promptTokens, cachedTokens) => counted.prompt(id, promptTokens, cachedTokens),
      });
    }),
    onModelLost: (versionId, detail) => deployments.lost(versionId, detail),
  });
  const counted = createGenerationMetrics(metrics, () => pool.snapshots());
  const deployments: Deployments = new Deployments({
    store: models,
    splits,
    artifacts,
    pool,
    defaultModel: settings.defaultModel,
    memoryBytes: settings.modelMemoryBytes,
    logger,
  });
  await deployments.start();
  const modelChanges = await database.listen(modelsChannel, () => void deployments.refresh(), {
    onReconnect: () => void deployments.refresh(),
  });
  const consumers = await startConsumers({ broker, database, logger });

  const grammars = createGrammarChecker({ limitMs: grammarLimitMs });
  const shadows = new ShadowTraffic({ pool, deployments, store: splits, metrics, logger });
  const generations: Generations = new Generations({
    instance: settings.instance,
    database,
    store,
    streams,
    pool,
    grammars,
    shadows,
    deployments,
    deepLearning,
    conversationName: createConversationName(settings.prefixSalt),
    answers: createAnswerCache({ cache, ttlMs: settings.answerCacheTtlMs, logger }),
    completions: createCompletionCache({ cache, ttlMs: settings.answerCacheTtlMs, logger }),
    hasTaughtAnswer: (tenant, question) => hasTaughtAnswer(database, tenant, question),
    graceMs: settings.graceMs,
    metrics: counted,
    logger,
  });
  const reader = new GenerationReader({ store, streams, running: (id) => generations.running(id) });
  await generations.start();
  const peers = new PeerSet({
    urls: settings.peers,
    instance: settings.instance,
    signer,
    logger,
    onJoin: (peer) => pool.join(peer),
    onLeave: (peer) => pool.leave(peer),
    release: (inFlight, how) => pool.release(inFlight, how),
  });
  await peers.start();
  const readingUsage = createReadingUsage({ database, logger });
  const scaling = createScaling({ metrics, pool, peers, generations: counted });

  return {
    instance: settings.instance,
    peers,
    scaling,
    peerRoute: createPeerRoute({ instance: settings.instance, pool, deployments }),
    pool,
    unavailable: settings.devices.unavailable,
    deployments,
    generations,
    reader,
    store,
    models,
    splits,
    readingUsage,
    stopLoading: () => deployments.stopLoading(),
    async close() {
      deployments.stopLoading();
      await consumers.close();
      await modelChanges.close();
      shadows.close();
      await generations.close();
      await peers.close();
      await grammars.close();
      await pool.close();
      await readingUsage.close();
      await deployments.close();
    },
  };
}
