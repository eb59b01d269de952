/** Everything that can be tuned, with the values that fit most installations. `env.ts` maps variables onto it. */
import { join } from 'node:path';
import { repositoryRoot } from '@fathom/platform/repository';
import type { CertificateRule } from './auth/client-certificate.ts';
import type { ExecutorName } from './execution/executor.ts';
import type { CorsPolicy } from './http/security-headers.ts';
import type { TlsSettings } from './http/tls-settings.ts';
import type { BudgetLimits } from './limits/budgets.ts';
import type { ConcurrencyLimits } from './limits/concurrency.ts';
import type { RateLimitOptions } from './limits/rate-limit.ts';
import type { OAuthSettings } from './oauth/oauth-settings.ts';
import type { OperationLimits } from './operations/prepare.ts';
import type { SafelistMode } from './persisted/persisted-operations.ts';
import type { RelaySettings } from './relay/relay-settings.ts';
import type { FetchSettings } from './subgraphs/fetch-settings.ts';
import type { StreamSettings } from './subscriptions/client-connection.ts';
import type { SharedStreamSettings } from './subscriptions/shared/shared-streams.ts';
import type { UploadSettings } from './uploads/upload-settings.ts';

export type IntrospectionPolicy = 'public' | 'authenticated' | 'off';

export interface GatewaySettings {
  readonly host: string;
  readonly port: number;
  readonly supergraphFile: string;
  /** By service; a base URL or one that ends in the GraphQL path. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  readonly consoleFolder: string;
  readonly introspection: IntrospectionPolicy;
  readonly safelist: SafelistMode;
  readonly cors: CorsPolicy;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
  /** For the request line and headers; a connection that sends them slower is closed. */
  readonly headersTimeoutMs: number;
  readonly maxBatchOperations: number;
  /** What services may send for one answer together, with each further copy of what occurs several times. */
  readonly maxAnswerBytes: number;
  readonly concurrency: ConcurrencyLimits;
  readonly limits: OperationLimits;
  readonly rateLimit: Pick<
    RateLimitOptions,
    'operationsPerWindow' | 'operationsPerTenantWindow' | 'windowMs'
  >;
  readonly budgets: BudgetLimits;
  readonly streams: StreamSettings;
  /** Of upstreams that several clients share. */
  readonly sharing: SharedStreamSettings;
  readonly fetches: FetchSettings;
  readonly uploads: UploadSettings;
  /** What differs for one service, by its name. */
  readonly fetchesOf: Readonly<Record<string, Partial<FetchSettings>>>;
  readonly executor: ExecutorName;
  /** What is planned for a new supergraph before it comes into service. */
  readonly warmUp: { readonly maxOperations: number; readonly maxMs: number };
  /** Who gets the plan of an operation that is sent with `x-include-query-plan`. */
  readonly queryPlans: 'everyone' | 'admins';
  /** Labels of `@override` that are on, besides those by percentage. */
  readonly overrideLabels: readonly string[];
  /** Absent: no tokens are issued here. */
  readonly oauth: OAuthSettings | undefined;
  readonly tls: TlsSettings | undefined;
  readonly certificates: readonly CertificateRule[];
  readonly drainTimeoutMs: number;
  readonly healthIntervalMs: number;
  readonly keySweepMs: number;
  /** The port for a router in front of the services; none without it. */
  readonly relay?: RelaySettings | undefined;
}

export const defaultSettings: GatewaySettings = {
  host: '127.0.0.1',
  port: 0,
  supergraphFile: join(repositoryRoot(), 'schema', 'supergraph.graphql'),
  subgraphUrls: {},
  consoleFolder: join(repositoryRoot(), 'gateway', 'console', 'dist'),
  introspection: 'public',
  safelist: 'off',
  cors: { origins: [] },
  maxBodyBytes: 1024 * 1024,
  bodyTimeoutMs: 15_000,
  headersTimeoutMs: 10_000,
  maxBatchOperations: 10,
  maxAnswerBytes: 64 * 1024 * 1024,
  concurrency: { perCredential: 1_000, perTenant: 5_000 },
  limits: {
    maxTokens: 10_000,
    maxDepth: 15,
    maxAliases: 30,
    maxDirectives: 50,
    maxRootFields: 20,
    maxFields: 1_000,
    maxCost: 10_000,
  },
  rateLimit: { operationsPerWindow: 1_000, operationsPerTenantWindow: 10_000, windowMs: 10_000 },
  budgets: {
    windowMs: 3_600_000,
    perCredential: { tokens: 10_000_000, deviceMs: 4 * 3_600_000 },
    perTenant: { tokens: 50_000_000, deviceMs: 20 * 3_600_000 },
  },
  streams: {
    window: { maxEvents: 256, maxBytes: 256 * 1024, patienceMs: 30_000 },
    connectTimeoutMs: 5_000,
    pingIntervalMs: 10_000,
    maxEntityAgeMs: 1_000,
    maxEventBytes: 4 * 1024 * 1024,
    maxStreamsPerSocket: 100,
  },
  sharing: { maxEvents: 1_024, maxBytes: 1024 * 1024, resumeForMs: 10_000 },
  fetches: {
    queryTimeoutMs: 30_000,
    mutationTimeoutMs: 300_000,
    maxRetries: 2,
    circuitFailures: 5,
    circuitOpenMs: 2_000,
    maxConcurrent: 64,
    maxPerSocket: 32,
    maxWaiting: 512,
    maxResponseBytes: 32 * 1024 * 1024,
  },
  uploads: { maxChunkBytes: 64 * 1024 * 1024, patienceMs: 60_000 },
  fetchesOf: {},
  executor: 'fathom',
  queryPlans: 'admins',
  warmUp: { maxOperations: 300, maxMs: 5_000 },
  overrideLabels: [],
  oauth: undefined,
  tls: undefined,
  certificates: [],
  drainTimeoutMs: 10_000,
  healthIntervalMs: 2_000,
  keySweepMs: 900,
};
