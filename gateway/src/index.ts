/** The gateway's composition root. */

import { readEnv } from '@fathom/platform/env';
import { createIdentitySigner } from '@fathom/platform/identity-token';
import { openPlatform } from '@fathom/platform/platform';
import { runService } from '@fathom/platform/server/run-service';
import { createAccessSubgraph } from './access/access-subgraph.ts';
import { createApiKeys } from './access/api-keys.ts';
import { ensureBootstrapKey } from './access/bootstrap-key.ts';
import { keepAuditEvents } from './audit/audit-retention.ts';
import { createJwtVerifier } from './auth/jwt.ts';
import { gatewayEnv, jwtOptionsOf, settingsOf } from './env.ts';
import { createBudgets, warnUncharged } from './limits/budgets.ts';
import { settleGenerations } from './limits/settle-generations.ts';
import { runGateway } from './run-gateway.ts';
import { createApiKeyStore } from './stores/api-key-store.ts';
import { createAuditStore } from './stores/audit-store.ts';
import { createBudgetStore } from './stores/budget-store.ts';
import { createLeaseStore } from './stores/lease-store.ts';
import { createOAuthKeyStore } from './stores/oauth-key-store.ts';
import { watchFile } from './supergraph/watch-file.ts';

await runService('gateway', async () => {
  const env = readEnv(gatewayEnv);
  const platform = await openPlatform({
    service: 'gateway',
    env,
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
    const jwtOptions = jwtOptionsOf(env);
    if (env.FATHOM_BOOTSTRAP_KEY_FILE)
      await ensureBootstrapKey({ file: env.FATHOM_BOOTSTRAP_KEY_FILE, store: apiKeys, logger });

    const gateway = await runGateway({
      settings,
      apiKeys,
      audit,
      jwt: jwtOptions && createJwtVerifier(jwtOptions),
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
      probes,
      facts: () => ({
        introspection: settings.introspection,
        tokens: jwtOptions ? (jwtOptions.issuerUrl ?? jwtOptions.jwksUrl ?? '') : 'API keys only',
      }),
      metrics,
      logger,
    });

    const settlement = await settleGenerations({ broker, database, metrics, logger });
    const reload = (): void => void gateway.supergraph.reload();
    const watch = watchFile(settings.supergraphFile, reload);
    process.on('SIGHUP', reload);
    logger.info(
      { 'url.full': gateway.url, supergraph: gateway.supergraph.current().id },
      'the gateway is listening',
    );

    return {
      port: gateway.port,
      async close() {
        process.off('SIGHUP', reload);
        watch.close();
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
