/** Puts the parts together. `index.ts` brings them from the environment, tests bring their own. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cache } from '@fathom/platform/cache/cache';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import type { Logger } from '@fathom/platform/logging';
import type { Probe } from '@fathom/platform/server/health';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { currentTraceId } from '@fathom/platform/telemetry/tracing';
import { auditing, createAuditTrail } from './audit/audit-trail.ts';
import { createApiKeyDirectory } from './auth/api-key-directory.ts';
import { createAuthenticator } from './auth/authenticator.ts';
import type { JwtVerifier } from './auth/jwt.ts';
import { watchKeys } from './auth/key-watch.ts';
import { createApolloExecutor } from './execution/apollo-executor.ts';
import { createPlanExecutor } from './execution/executor.ts';
import { createOperationPlanner } from './execution/operation-plan.ts';
import { createWarmUp } from './execution/warm-up.ts';
import { type Gateway, startGateway } from './gateway.ts';
import type { Budgets } from './limits/budgets.ts';
import { createConcurrency } from './limits/concurrency.ts';
import { createRateLimiter } from './limits/rate-limit.ts';
import { createLocalIssuer } from './oauth/local-issuer.ts';
import { createOperationLog, endingCharges, holdingPlaces } from './observability/operation-log.ts';
import { createPlanMetrics } from './observability/plan-metrics.ts';
import { createStreamMetrics } from './observability/stream-metrics.ts';
import { createAdmission } from './operations/admission.ts';
import { formatExecutionError } from './operations/format-result.ts';
import { createOperationPreparer } from './operations/prepare.ts';
import { readCheckedInOperations } from './persisted/checked-in-operations.ts';
import { createPersistedOperations } from './persisted/persisted-operations.ts';
import type { GatewaySettings } from './settings.ts';
import type { ApiKeyStore } from './stores/api-key-store.ts';
import type { AuditStore } from './stores/audit-store.ts';
import type { LeaseStore } from './stores/lease-store.ts';
import type { OAuthKeyStore } from './stores/oauth-key-store.ts';
import { createServices } from './subgraphs/services.ts';
import type { Subgraph } from './subgraphs/subgraph.ts';
import { watchSubgraphs } from './subgraphs/subgraph-health.ts';
import { createSharedStreams } from './subscriptions/shared/shared-streams.ts';
import { createStreamCarriers } from './subscriptions/stream-carriers.ts';
import { openSupergraph, type Supergraph } from './supergraph/supergraph.ts';
import { createOpenClients } from './transports/open-clients.ts';

export { defaultSettings, type GatewaySettings } from './settings.ts';

export interface GatewayParts {
  readonly settings: GatewaySettings;
  readonly apiKeys: ApiKeyStore;
  readonly audit: Pick<AuditStore, 'append'>;
  readonly jwt: JwtVerifier | undefined;
  /** Needed where `settings.oauth` has tokens issued. */
  readonly oauthKeys?: OAuthKeyStore;
  readonly signer: IdentitySigner;
  readonly cache: Pick<Cache, 'increment'>;
  /** What keys and tenants may spend on generating; without them it is not counted. */
  readonly budgets?: Budgets;
  /** Where gateways tell each other how many operations they may have open; without it each goes by itself. */
  readonly leases?: LeaseStore;
  /** Subgraphs that live in this process, by name. */
  readonly localSubgraphs: Readonly<Record<string, Subgraph>>;
  readonly probes: Readonly<Record<string, Probe>>;
  readonly facts: () => Readonly<Record<string, string>>;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export interface RunningGateway extends Gateway {
  readonly supergraph: Supergraph;
}

export async function runGateway(parts: GatewayParts): Promise<RunningGateway> {
  const { settings, apiKeys, metrics, logger } = parts;
  const services = createServices({
    urls: settings.subgraphUrls,
    local: parts.localSubgraphs,
    fetches: settings.fetches,
    fetchesOf: settings.fetchesOf,
    metrics,
    logger,
    pause,
  });
  // One record, since /readyz shows whatever services the supergraph in service names.
  const probes: Record<string, Probe> = { ...parts.probes };
  const subgraphs = watchSubgraphs({ probes, intervalMs: settings.healthIntervalMs });
  const preparer = createOperationPreparer(settings.limits, settings.introspection !== 'off');
  const planner = createOperationPlanner(createPlanMetrics(metrics));
  const supergraph = await openSupergraph({
    file: settings.supergraphFile,
    serviceFor: services.of,
    onLoad: (snapshot) => subgraphs.follow(snapshot.services),
    warmUp: createWarmUp({ preparer, planner, ...settings.warmUp }),
    formatError: (_formatted, error) => formatExecutionError(error, { traceId: currentTraceId(), logger }),
    introspection: settings.introspection !== 'off',
    maxTokens: settings.limits.maxTokens,
    overrideLabels: settings.overrideLabels,
    logger,
    metrics,
  });
  probes['supergraph'] = supergraphProbe(supergraph);
  const directory = createApiKeyDirectory(apiKeys);
  const clients = createOpenClients();
  const keyWatch = await watchKeys({
    store: apiKeys,
    directory,
    clients,
    intervalMs: settings.keySweepMs,
    logger,
  });

  const operations = readCheckedInOperations();
  const trail = createAuditTrail({ store: parts.audit, metrics, logger });
  const concurrency = createConcurrency({
    ...settings.concurrency,
    leases: parts.leases,
    onUnshared: warnUnshared(metrics, logger),
  });
  // Known once it listens, and asked for only then.
  let ownUrl = '';
  const local = createLocalIssuer({ ...parts, apiKeys: directory, ownUrl: () => ownUrl });
  const gateway = await startGateway({
    ...parts,
    ...settings,
    supergraph,
    relayTimeoutMs: settings.fetches.mutationTimeoutMs,
    executor: settings.executor === 'apollo' ? createApolloExecutor() : createPlanExecutor(planner),
    clients,
    oauth: local?.endpoint,
    authenticator: createAuthenticator({
      apiKeys: directory,
      jwt: local?.verifier ?? parts.jwt,
      certificates: settings.certificates,
    }),
    admission: createAdmission({
      preparer,
      rateLimiter: createRateLimiter({
        cache: parts.cache,
        ...settings.rateLimit,
        onUncounted: countUncounted(metrics, logger),
      }),
      concurrency,
      persisted: createPersistedOperations({
        operations,
        safelist: settings.safelist,
        onUnlisted: countUnlisted(metrics, logger),
      }),
      budgets: parts.budgets,
      publicIntrospection: settings.introspection === 'public',
    }),
    publicIntrospection: settings.introspection === 'public',
    streamCarriers: createStreamCarriers({ ...parts, settings: settings.streams }),
    sharedStreams: createSharedStreams({ ...parts, settings: settings.sharing, sockets: settings.streams }),
    streamObserver: createStreamMetrics(metrics),
    operationLog: auditing(
      endingCharges(holdingPlaces(createOperationLog(metrics, logger), concurrency)),
      trail,
    ),
    operations,
    probes,
  });

  ownUrl = `${settings.tls ? 'https' : 'http'}://localhost:${gateway.port}`;

  return {
    ...gateway,
    supergraph,
    async close() {
      await gateway.close();
      await concurrency.close();
      subgraphs.close();
      await keyWatch.close();
      await trail.close();
      await supergraph.close();
      await services.close();
    },
  };
}

/** A refused text is shown, and does not take the gateway out of service: the one before it still serves. */
function supergraphProbe(supergraph: Supergraph): Probe {
  return {
    async check() {
      const problem = supergraph.problem();
      const detail = problem === undefined ? '' : `, the newest text was refused: ${problem}`;
      return { ok: true, detail: `generation ${supergraph.current().id}${detail}` };
    },
  };
}

/** One line when counting begins to fail; the counter tells how often. */
function countUncounted(metrics: Metrics, logger: Logger): (error: unknown) => void {
  const uncounted = metrics.counter({
    name: 'fathom_gateway_uncounted_operations_total',
    help: 'Operations let in without being counted, because the cache of the rate limits did not answer.',
  });
  let lastLoggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    uncounted.inc();
    if (performance.now() - lastLoggedAt < 10_000) return;
    lastLoggedAt = performance.now();
    logger.warn({ err: error }, 'operations are not counted against their rate limits');
  };
}

function warnUnshared(metrics: Metrics, logger: Logger): (error: unknown) => void {
  const unshared = metrics.counter({
    name: 'fathom_gateway_unshared_leases_total',
    help: 'Times that the places of operations could not be shared with other gateways, because the database did not answer.',
  });
  let lastLoggedAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    unshared.inc();
    if (performance.now() - lastLoggedAt < 10_000) return;
    lastLoggedAt = performance.now();
    logger.warn({ err: error }, 'gateways cannot share how many operations are open; each goes by its own');
  };
}

/** What an enforced safelist would have refused, by its hash: the log shows whether it can be enforced. */
function countUnlisted(metrics: Metrics, logger: Logger): (sha256: string) => void {
  const unlisted = metrics.counter({
    name: 'fathom_gateway_unlisted_operations_total',
    help: 'Operations that are not on the safelist and were admitted because it is not enforced.',
  });
  return (sha256) => {
    unlisted.inc();
    logger.warn({ 'graphql.document.sha256': sha256 }, 'an operation is not on the safelist');
  };
}
