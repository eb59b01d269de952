/** This gateway in a process of its own: all of it, except that its keys and its rate limit are in memory. */
import { createLogger } from '@fathom/platform/logging';
import { createMetrics } from '@fathom/platform/telemetry/metrics';
import { startTracing } from '@fathom/platform/telemetry/tracing';
import { generateApiKey, hashSecret, printApiKey } from '../../src/auth/api-key.ts';
import { defaultSettings, runGateway } from '../../src/run-gateway.ts';
import { createMemoryApiKeyStore } from '../../test/memory-api-key-store.ts';
import type { SubgraphUrls } from './graph.ts';
import { type BenchKey, signerOf } from './identity.ts';
import { configurationOf, serve } from './process.ts';

const {
  key,
  urls,
  supergraphFile,
  maxEntityAgeMs = defaultSettings.streams.maxEntityAgeMs,
} = configurationOf<{
  readonly key: BenchKey;
  readonly urls: SubgraphUrls;
  readonly supergraphFile: string;
  readonly maxEntityAgeMs?: number;
}>();

await startTracing({ service: 'gateway', handsOn: true });
const apiKeys = createMemoryApiKeyStore();
const generated = generateApiKey();
await apiKeys.insert({
  id: generated.id,
  secretSha256: hashSecret(generated.secret),
  name: 'bench',
  tenant: 'bench',
  roles: ['admin'],
  scopes: [],
  operationsPerWindow: null,
  createdBy: 'bench',
  expiresAt: null,
});

let operations = 0;
const gateway = await runGateway({
  settings: {
    ...defaultSettings,
    supergraphFile,
    subgraphUrls: { ...urls },
    streams: { ...defaultSettings.streams, maxEntityAgeMs },
    concurrency: { perCredential: 1_000_000, perTenant: 1_000_000 },
    rateLimit: {
      operationsPerWindow: 1_000_000_000,
      operationsPerTenantWindow: 1_000_000_000,
      windowMs: 1_000,
    },
  },
  apiKeys,
  audit: { append: async () => undefined },
  jwt: undefined,
  signer: signerOf(key),
  cache: {
    async increment(_key, by, windowMs) {
      operations += by;
      return { value: operations, resetsAt: new Date(Date.now() + windowMs) };
    },
  },
  localSubgraphs: {},
  probes: {},
  facts: () => ({}),
  metrics: createMetrics({ service: 'gateway' }),
  logger: createLogger({ service: 'gateway', level: 'silent' }),
});
serve({ url: `${gateway.url}/graphql`, headers: { 'x-api-key': printApiKey(generated) } });
