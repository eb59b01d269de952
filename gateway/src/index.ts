/** The gateway's composition root. */
import { validOrExit } from '@fathom/platform/env';
import { createIdentitySigner } from '@fathom/platform/identity-token';
import { openPlatform } from '@fathom/platform/platform';
import { runService } from '@fathom/platform/server/run-service';
import { createAccessSubgraph } from './access/access-subgraph.ts';
import { createApiKeys } from './access/api-keys.ts';
import { ensureBootstrapKey } from './access/bootstrap-key.ts';
import { keepAuditEvents } from './audit/audit-retention.ts';
import { createJwtVerifiers } from './auth/jwt.ts';
import { type GatewayEnv, jwtOptionsOf, settingsOf } from './env.ts';
import { createBudgets, warnUncharged } from './limits/budgets.ts';
import { settleGenerations } from './limits/settle-generations.ts';
import { createLiveSettings } from './reload/live-settings.ts';
import { readConfiguration } from './reload/settings-file.ts';
import { runGateway } from './run-gateway.ts';
import { createApiKeyStore } from './stores/api-key-store.ts';
import { createAuditStore } from './stores/audit-store.ts';
import { createBudgetStore } from './stores/budget-store.ts';
import { createLeaseStore } from './stores/lease-store.ts';
import { createOAuthKeyStore } from './stores/oauth-key-store.ts';
import { watchFile } from './supergraph/watch-file.ts';

await runService('gateway', async () => {
  const env = validOrExit(readConfiguration());
  const platform = await openPlatform({
    service: 'gateway',
    env,
    handsTracesOn: true,
    migrations: new URL('../sql/', import.meta.url),
  });
  const { database, broker, logger, metrics, cache, probes } = platform;
  try {
    const settings = settingsOf(env);
    const apiKeys = createApiKeyStore(database);
    const audit = createAuditStore(database);
    const budgetStore = createBudgetStore(database);
    const budgets = createBudgets({
      store: budgetStore,
      limits: settings.budgets,
      metrics,
      onUncharged: warnUncharged(metrics, logger),
    });
    const retention = keepAuditEvents({ store: audit, days: env.AUDIT_RETENTION_DAYS, logger });
    const verifierOf = createJwtVerifiers();
    let inService: GatewayEnv = env;
    if (env.FATHOM_BOOTSTRAP_KEY_FILE)
      await ensureBootstrapKey({ file: env.FATHOM_BOOTSTRAP_KEY_FILE, store: apiKeys, logger });

    const live = createLiveSettings({
      first: env,
      read: readConfiguration,
      async apply(next) {
        await gateway.reconfigure({ settings: settingsOf(next), jwt: verifierOf(jwtOptionsOf(next)) });
        inService = next;
      },
      metrics,
      logger,
    });
    const gateway = await runGateway({
      settings,
      apiKeys,
      audit,
      jwt: verifierOf(jwtOptionsOf(env)),
      signer: createIdentitySigner({
        privateJwk: env.IDENTITY_PRIVATE_JWK,
        issuer: 'gateway',
        proofKeys: env.IDENTITY_PROOF_KEY,
      }),
      leases: createLeaseStore(database),
      oauthKeys: createOAuthKeyStore(database),
      cache,
      budgets,
      localSubgraphs: {
        access: createAccessSubgraph({
          apiKeys: createApiKeys({ store: apiKeys }),
          auditEvents: audit,
          budgets,
          usage: budgetStore,
        }),
      },
      probes: env.SETTINGS_FILE === undefined ? probes : { ...probes, settings: live.probe },
      facts: () => factsOf(inService),
      metrics,
      logger,
    });

    const settlement = await settleGenerations({ broker, database, metrics, logger });
    const reloadGraph = (): void => void gateway.supergraph.reload();
    const reloadSettings = (): void => void live.reload();
    const watches = [watchFile(settings.supergraphFile, reloadGraph)];
    if (env.SETTINGS_FILE !== undefined) watches.push(watchFile(env.SETTINGS_FILE, reloadSettings));
    // In the order in which they are asked for: a graph that needs a new route finds it.
    const reload = (): void => void live.reload().then(() => gateway.supergraph.reload());
    process.on('SIGHUP', reload);
    logger.info(
      { 'url.full': gateway.url, supergraph: gateway.supergraph.current().id },
      'the gateway is listening',
    );

    return {
      port: gateway.port,
      async close() {
        process.off('SIGHUP', reload);
        for (const watch of watches) watch.close();
        await gateway.close();
        await settlement.close();
        await budgets.close();
        await retention.close();
        await platform.close();
      },
    };
  } catch (error) {
    await platform.close();
    throw error;
  }
});

function factsOf(env: GatewayEnv): Readonly<Record<string, string>> {
  const { introspection } = settingsOf(env);
  const jwt = jwtOptionsOf(env);
  return { introspection, tokens: jwt ? (jwt.issuerUrl ?? jwt.jwksUrl ?? '') : 'API keys only' };
}
