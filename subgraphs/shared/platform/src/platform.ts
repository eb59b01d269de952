/**
 * Everything a service is made of, opened in one call and closed in the opposite order: database with its schema brought
 * up to date, broker with the outbox relay, cache, stream buffers, artifacts, identity, log, metrics, traces.
 */
import type { Tracer } from '@opentelemetry/api';
import type { ArtifactStore } from './artifacts/artifact-store.ts';
import { openArtifactStore } from './artifacts/open-artifact-store.ts';
import type { Broker } from './broker/broker.ts';
import { openBroker } from './broker/open-broker.ts';
import type { Cache } from './cache/cache.ts';
import { openCache } from './cache/open-cache.ts';
import { type Database, openDatabase } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { type OutboxRelay, startOutboxRelay } from './database/outbox.ts';
import type { BaseEnv } from './env.ts';
import { createIdentityVerifier, type IdentityVerifier } from './identity-token.ts';
import { createLogger, type Logger } from './logging.ts';
import type { CheckResult, Probe } from './server/health.ts';
import { openStreamBuffer } from './streams/open-stream-buffer.ts';
import type { StreamBuffer } from './streams/stream-buffer.ts';
import { observeQueries } from './telemetry/database-observer.ts';
import { createMetrics, type Metrics } from './telemetry/metrics.ts';
import { startTracing } from './telemetry/tracing.ts';

export interface PlatformOptions<Env extends BaseEnv> {
  /** For instance `deep-learning`; its schema in PostgreSQL is `deep_learning`. */
  readonly service: string;
  readonly env: Env;
  /** The folder of the service's numbered SQL files. */
  readonly migrations: URL;
  /** True if processes of this service must see one cache (counters, locks) even without Redis: then PostgreSQL holds it. */
  readonly sharedCache?: boolean;
  readonly maxConnections?: number;
  /** Whether each trace is handed on from call to call here (`telemetry/tracing.ts`). */
  readonly handsTracesOn?: boolean;
  /** Default: stdout. */
  readonly logger?: Logger;
}

export interface Platform<Env extends BaseEnv = BaseEnv> {
  readonly service: string;
  readonly env: Env;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly database: Database;
  readonly broker: Broker;
  readonly cache: Cache;
  readonly streams: StreamBuffer;
  readonly artifacts: ArtifactStore;
  readonly identityVerifier: IdentityVerifier;
  /** What /readyz asks of each part. */
  readonly probes: Readonly<Record<string, Probe>>;
  /** Stops the outbox relay first, the database last. Safe to call twice. */
  close(): Promise<void>;
}

/** Throws what the first part that cannot be opened throws, having closed those before it. */
export async function openPlatform<Env extends BaseEnv>(
  options: PlatformOptions<Env>,
): Promise<Platform<Env>> {
  const { service, env, migrations, sharedCache = false, maxConnections, handsTracesOn = false } = options;
  const opened: { close(): Promise<unknown> }[] = [];
  const keep = <Part extends { close(): Promise<unknown> }>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  const closeAll = async () => {
    for (const part of opened.splice(0).reverse()) await part.close();
  };

  try {
    const logger =
      options.logger ??
      createLogger({ service, level: env.LOG_LEVEL, instanceId: env.OTEL_SERVICE_INSTANCE_ID });
    const metrics = createMetrics({ service });
    const { tracer } = keep(
      await startTracing({
        service,
        instanceId: env.OTEL_SERVICE_INSTANCE_ID,
        endpoint: env.OTEL_EXPORTER_OTLP_ENDPOINT,
        handsOn: handsTracesOn,
      }),
    );
    const database = keep(
      await openDatabase({
        url: env.DATABASE_URL,
        schema: service.replaceAll('-', '_'),
        applicationName: `fathom ${service}`,
        logger,
        onQuery: observeQueries(metrics),
        ...(maxConnections === undefined ? {} : { maxConnections }),
      }),
    );
    await migrate(database, { directory: migrations });
    const broker = keep(
      await openBroker({ database, kafkaBrokers: env.KAFKA_BROKERS, clientId: service, logger, metrics }),
    );
    const cache = keep(
      await openCache({ redisUrl: env.REDIS_URL, database: sharedCache ? database : undefined, logger }),
    );
    const streams = keep(await openStreamBuffer({ redisUrl: env.REDIS_URL, database, logger }));
    const artifacts = openArtifactStore(env);
    const outbox = keep(startOutboxRelay({ database, broker, logger, registry: metrics.registry }));

    let closing: Promise<void> | undefined;
    return {
      service,
      env,
      logger,
      metrics,
      tracer,
      database,
      broker,
      cache,
      streams,
      artifacts,
      identityVerifier: createIdentityVerifier({
        jwks: env.IDENTITY_JWKS,
        audience: service,
        proofKeys: env.IDENTITY_PROOF_KEY,
        shared: cache.implementation === 'in-process' ? undefined : cache,
        onUnshared: countUnshared(metrics),
      }),
      probes: {
        database: probeOf(database),
        broker: { ...probeOf(broker), critical: false },
        cache: { ...probeOf(cache), critical: false },
        artifacts: { ...probeOf(artifacts), critical: false },
        outbox: { critical: false, check: () => checkOutbox(outbox) },
        streams: probeOf({ implementation: streams.implementation, ping: () => readAny(streams) }),
      },
      close: () => {
        closing ??= closeAll();
        return closing;
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** A cache that is down must not stop every mutation: this process still knows what it has seen itself. */
function countUnshared(metrics: Metrics): () => void {
  const unshared = metrics.counter({
    name: 'fathom_identity_unshared_total',
    help: 'Requests of which only this process knows that they came once, because the shared cache did not answer.',
  });
  return () => unshared.inc();
}

const maxOutboxAgeMs = 30_000;

interface Pingable {
  readonly implementation: string;
  ping(): Promise<void>;
}

function probeOf(part: Pingable): Probe {
  return {
    implementation: part.implementation,
    check: async () => {
      await part.ping();
      return { ok: true, detail: 'answers' };
    },
  };
}

async function readAny(streams: StreamBuffer): Promise<void> {
  await streams.read('readiness', 0, 1);
}

/** Events wait in the outbox for milliseconds; if they wait for long, the broker does not take them. */
async function checkOutbox(outbox: OutboxRelay): Promise<CheckResult> {
  const { pending, oldestPendingMs, lastFailure } = await outbox.health();
  const ok = oldestPendingMs < maxOutboxAgeMs;
  const waiting =
    pending === 0
      ? 'nothing waits'
      : `${pending} events wait, the oldest for ${Math.round(oldestPendingMs / 1000)} s`;
  return { ok, detail: ok || !lastFailure ? waiting : `${waiting}: ${lastFailure}` };
}
