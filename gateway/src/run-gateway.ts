/** Puts the parts together. `index.ts` brings them from the environment, tests bring their own. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cache } from '@fathom/platform/cache/cache';
import type { IdentitySigner } from '@fathom/platform/identity-token';
import type { Logger } from '@fathom/platform/logging';
import type { Probe } from '@fathom/platform/server/health';
import type { Metrics } from '@fathom/platform/telemetry/metrics';
import { auditing, createAuditTrail } from './audit/audit-trail.ts';
import { createRefusals } from './audit/refusals.ts';
import { createApiKeyDirectory } from './auth/api-key-directory.ts';
import type { JwtVerifier } from './auth/jwt.ts';
import { watchKeys } from './auth/key-watch.ts';
import { createApolloExecutor } from './execution/apollo-executor.ts';
import { createPlanExecutor } from './execution/executor.ts';
import { createOperationPlanner } from './execution/operation-plan.ts';
import { createWarmUp } from './execution/warm-up.ts';
import { type Gateway, startGateway } from './gateway.ts';
import type { Budgets } from './limits/budgets.ts';
import { createConcurrency } from './limits/concurrency.ts';
import { createOperationLog, endingCharges, holdingPlaces } from './observability/operation-log.ts';
import { createPlanMetrics } from './observability/plan-metrics.ts';
import { createRequestLog } from './observability/request-log.ts';
import { createStreamMetrics } from './observability/stream-metrics.ts';
import type { OperationPreparer } from './operations/prepare.ts';
import { readCheckedInOperations } from './persisted/checked-in-operations.ts';
import { createPersistedOperations } from './persisted/persisted-operations.ts';
import { createPolicy, type PolicyParts, type PolicySettings } from './policy.ts';
import type { GatewaySettings } from './settings.ts';
import type { ApiKeyStore } from './stores/api-key-store.ts';
import type { AuditStore } from './stores/audit-store.ts';
import type { LeaseStore } from './stores/lease-store.ts';
import type { OAuthKeyStore } from './stores/oauth-key-store.ts';
import { createServices, type Services } from './subgraphs/services.ts';
import type { Subgraph } from './subgraphs/subgraph.ts';
import { watchSubgraphs } from './subgraphs/subgraph-health.ts';
import { createSharedStreams } from './subscriptions/shared/shared-streams.ts';
import { createStreamCarriers } from './subscriptions/stream-carriers.ts';
import {
  openSupergraph,
  type RebuildSteps,
  type SnapshotSettings,
  type Supergraph,
} from './supergraph/supergraph.ts';
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
  /**
   * Other settings for what begins from now on; what runs ends under those that it began with. Rejects, and leaves all as
   * it is, where the graph does not load under them. Which of them can change, `reload/changeable.ts` says.
   */
  reconfigure(wanted: PolicySettings): Promise<void>;
}

export async function runGateway(parts: GatewayParts): Promise<RunningGateway> {
  const { settings, apiKeys, metrics, logger } = parts;
  const services = createServices({ local: parts.localSubgraphs, metrics, logger, pause });
  // One record, since /readyz shows whatever services the supergraph in service names.
  const probes: Record<string, Probe> = { ...parts.probes };
  const subgraphs = watchSubgraphs({ probes, intervalMs: settings.healthIntervalMs });
  const directory = createApiKeyDirectory(apiKeys);
  const operations = readCheckedInOperations();
  const concurrency = createConcurrency({
    ...settings.concurrency,
    leases: parts.leases,
    onUnshared: warnUnshared(metrics, logger),
  });
  const trail = createAuditTrail({ store: parts.audit, metrics, logger });
  const log = createOperationLog({ metrics, logger, knownNames: operations.all.map(({ name }) => name) });
  const refusals = createRefusals({ log, trail, logger });
  const requestLog = createRequestLog(logger);
  // Known once it listens, and asked for only then.
  let ownUrl = '';
  const policyParts: PolicyParts = {
    ...parts,
    budgets: parts.budgets,
    apiKeys: directory,
    onUncounted: countUncounted(metrics, logger),
    concurrency,
    persisted: createPersistedOperations({ operations, onUnlisted: countUnlisted(metrics, logger) }),
    ownUrl: () => ownUrl,
    refusals,
    requestLog,
    trail,
  };
  let policy = createPolicy(policyParts, parts);
  const planner = createOperationPlanner(createPlanMetrics(metrics));
  const warmUp = (from: OperationPreparer, to: OperationPreparer) =>
    createWarmUp({ preparer: { recent: from.recent, prepare: to.prepare }, planner, ...settings.warmUp });
  const supergraph = await openSupergraph({
    file: settings.supergraphFile,
    settings: snapshotSettings(services, settings),
    onLoad(snapshot) {
      services.hold(snapshot.services);
      subgraphs.follow(snapshot.services);
    },
    onFreed: services.letGo,
    warmUp: (present, next) => warmUp(policy.preparer, policy.preparer)(present, next),
    logger,
    metrics,
  });
  probes['supergraph'] = supergraphProbe(supergraph);
  const clients = createOpenClients();
  const keyWatch = await watchKeys({
    store: apiKeys,
    directory,
    clients,
    intervalMs: settings.keySweepMs,
    logger,
  });

  const gateway = await startGateway({
    ...parts,
    ...settings,
    policy: () => policy,
    supergraph,
    relayTimeoutMs: settings.fetches.mutationTimeoutMs,
    executor: settings.executor === 'apollo' ? createApolloExecutor() : createPlanExecutor(planner),
    clients,
    streamCarriers: createStreamCarriers({ ...parts, settings: settings.streams }),
    sharedStreams: createSharedStreams({ ...parts, settings: settings.sharing, sockets: settings.streams }),
    streamObserver: createStreamMetrics(metrics),
    operationLog: auditing(holdingPlaces(endingCharges(log), concurrency), trail),
    refusals,
    requestLog,
    trail,
    operations,
    probes,
  });

  ownUrl = `${settings.tls ? 'https' : 'http'}://localhost:${gateway.port}`;

  return {
    ...gateway,
    supergraph,
    async reconfigure(wanted) {
      const was = policy;
      const next = createPolicy(policyParts, wanted, was);
      const steps: RebuildSteps = {
        warmUp: warmUp(was.preparer, next.preparer),
        commit() {
          policy = next;
          concurrency.relimit(wanted.settings.concurrency);
          parts.budgets?.relimit(wanted.settings.budgets);
        },
      };
      if (decidesGraph(was.decidedBy.settings) !== decidesGraph(wanted.settings)) {
        await supergraph.rebuild(snapshotSettings(services, wanted.settings), steps);
        return;
      }
      const current = supergraph.current();
      if (next.preparer !== was.preparer) await steps.warmUp(current, current);
      steps.commit();
    },
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

function snapshotSettings(services: Services, settings: GatewaySettings): SnapshotSettings {
  return {
    serviceFor: (name, composedUrl) => services.of(settings, name, composedUrl),
    introspection: settings.introspection !== 'off',
    maxTokens: settings.limits.maxTokens,
    maxAnswerBytes: settings.maxAnswerBytes,
    overrideLabels: settings.overrideLabels,
  };
}

/** What {@link snapshotSettings} reads: where that is another, the graph in service has to be. */
function decidesGraph(settings: GatewaySettings): string {
  const { subgraphUrls, fetches, fetchesOf, introspection, limits, maxAnswerBytes, overrideLabels } =
    settings;
  const { maxTokens } = limits;
  return JSON.stringify([
    subgraphUrls,
    fetches,
    fetchesOf,
    introspection,
    maxTokens,
    maxAnswerBytes,
    overrideLabels,
  ]);
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
