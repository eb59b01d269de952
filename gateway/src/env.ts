/** The gateway's environment: the only reader of `process.env`. The README has the same list. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { baseEnv, jsonVariable, portVariable, privateJwkSchema } from '@fathom/platform/env';
import { z } from 'zod';
import type { JwtOptions } from './auth/jwt.ts';
import { defaultSettings, type GatewaySettings } from './settings.ts';

const bound = (defaultValue: number) => z.coerce.number().int().min(1).default(defaultValue);
const { limits, rateLimit, budgets, fetches, streams, uploads } = defaultSettings;

const positive = z.number().int().min(1);
/** Of one service, in SUBGRAPH_FETCHES. */
const fetchOverrides = z.strictObject({
  queryTimeoutMs: positive.optional(),
  mutationTimeoutMs: positive.optional(),
  maxRetries: z.number().int().min(0).optional(),
  circuitFailures: positive.optional(),
  circuitOpenMs: positive.optional(),
  maxConcurrent: positive.optional(),
  maxPerSocket: positive.optional(),
  maxWaiting: positive.optional(),
  maxResponseBytes: positive.optional(),
  hedgeAfterMs: positive.optional(),
});

/** The text of a file that a variable names. */
const fileVariable = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot be read: ${(error as Error).message}` });
    return z.NEVER;
  }
});

const certificateRule = z
  .strictObject({
    subject: z.string().min(1).optional(),
    san: z.string().min(1).optional(),
    tenant: z.string().min(1),
    roles: z.array(z.string()).optional(),
    scopes: z.array(z.string()).optional(),
  })
  .refine(({ subject, san }) => subject !== undefined || san !== undefined, 'names neither subject nor san');

export const gatewayEnv = baseEnv
  .extend({
    PORT: portVariable(4000),
    NODE_ENV: z.string().default('development'),
    IDENTITY_PRIVATE_JWK: jsonVariable(privateJwkSchema),
    SUBGRAPH_URLS: jsonVariable(z.record(z.string(), z.url())).default({}),
    SUPERGRAPH_FILE: z.string().default(defaultSettings.supergraphFile),
    /** JSON of variables that come before the environment, and hold as soon as the file changes: `reload/`. */
    SETTINGS_FILE: z.string().optional(),
    CONSOLE_DIR: z.string().default(defaultSettings.consoleFolder),
    FATHOM_BOOTSTRAP_KEY_FILE: z.string().optional(),
    OIDC_ISSUER_URL: z.url().optional(),
    JWT_JWKS_URL: z.url().optional(),
    JWT_ISSUER: z.string().optional(),
    JWT_AUDIENCE: z.string().default('fathom'),
    JWT_TENANT_CLAIM: z.string().default('tenant'),
    JWT_ROLES_CLAIM: z.string().default('roles'),
    /** `off`, or what clients call this gateway as an issuer of tokens. */
    OAUTH_ISSUER_URL: z.union([z.literal('off'), z.url()]).optional(),
    OAUTH_TOKEN_SECONDS: z.coerce.number().int().min(10).max(3_600).default(600),
    OAUTH_KEY_HOURS: z.coerce.number().min(0.01).max(720).default(24),
    TLS_CERT_FILE: fileVariable.optional(),
    TLS_KEY_FILE: fileVariable.optional(),
    TLS_CLIENT_CA_FILE: fileVariable.optional(),
    TLS_CLIENT_CERTIFICATES: z.enum(['optional', 'required']).default('optional'),
    TLS_CLIENTS: jsonVariable(z.array(certificateRule)).default([]),
    AUDIT_RETENTION_DAYS: bound(365),
    INTROSPECTION: z.enum(['public', 'authenticated', 'off']).optional(),
    SAFELIST: z.enum(['off', 'log', 'enforce']).default(defaultSettings.safelist),
    /** Comma-separated origins, or `*`. */
    CORS_ORIGINS: z.string().optional(),
    MAX_BODY_BYTES: bound(defaultSettings.maxBodyBytes),
    MAX_OPERATION_TOKENS: bound(limits.maxTokens),
    MAX_OPERATION_DEPTH: bound(limits.maxDepth),
    MAX_OPERATION_ALIASES: bound(limits.maxAliases),
    MAX_OPERATION_DIRECTIVES: bound(limits.maxDirectives),
    MAX_BATCH_OPERATIONS: bound(defaultSettings.maxBatchOperations),
    MAX_ANSWER_BYTES: bound(defaultSettings.maxAnswerBytes),
    MAX_CONCURRENT_PER_KEY: bound(defaultSettings.concurrency.perCredential),
    MAX_CONCURRENT_PER_TENANT: bound(defaultSettings.concurrency.perTenant),
    BODY_TIMEOUT_MS: bound(defaultSettings.bodyTimeoutMs),
    MAX_OPERATION_ROOT_FIELDS: bound(limits.maxRootFields),
    MAX_OPERATION_FIELDS: bound(limits.maxFields),
    MAX_OPERATION_COST: bound(limits.maxCost),
    RATE_LIMIT_OPERATIONS: bound(rateLimit.operationsPerWindow),
    RATE_LIMIT_TENANT_OPERATIONS: bound(rateLimit.operationsPerTenantWindow),
    RATE_LIMIT_WINDOW_MS: bound(rateLimit.windowMs),
    BUDGET_WINDOW_MS: bound(budgets.windowMs),
    BUDGET_TOKENS_PER_KEY: bound(budgets.perCredential.tokens),
    BUDGET_TOKENS_PER_TENANT: bound(budgets.perTenant.tokens),
    BUDGET_DEVICE_SECONDS_PER_KEY: bound(budgets.perCredential.deviceMs / 1000),
    BUDGET_DEVICE_SECONDS_PER_TENANT: bound(budgets.perTenant.deviceMs / 1000),
    QUERY_TIMEOUT_MS: bound(fetches.queryTimeoutMs),
    MUTATION_TIMEOUT_MS: bound(fetches.mutationTimeoutMs),
    /** `apollo`: the stock executor. */
    GATEWAY_EXECUTOR: z.enum(['fathom', 'apollo']).default(defaultSettings.executor),
    SUBGRAPH_MAX_CONCURRENT: bound(fetches.maxConcurrent),
    SUBGRAPH_MAX_WAITING: bound(fetches.maxWaiting),
    SUBGRAPH_MAX_RESPONSE_BYTES: bound(fetches.maxResponseBytes),
    SUBGRAPH_FETCHES: jsonVariable(z.record(z.string(), fetchOverrides)).default({}),
    OVERRIDE_LABELS: z.string().default(''),
    STREAM_PATIENCE_MS: bound(streams.window.patienceMs),
    STREAM_MAX_EVENT_BYTES: bound(streams.maxEventBytes),
    STREAMS_PER_SOCKET: bound(streams.maxStreamsPerSocket),
    STREAM_ENTITY_AGE_MS: z.coerce.number().int().min(0).default(streams.maxEntityAgeMs),
    /** Opens the port for a router: what it sends to be known by. */
    RELAY_KEY: z.string().min(32).optional(),
    RELAY_HOST: z.string().default('127.0.0.1'),
    RELAY_PORT: portVariable(4010),
    MAX_UPLOAD_CHUNK_BYTES: bound(uploads.maxChunkBytes),
    UPLOAD_PATIENCE_MS: bound(uploads.patienceMs),
  })
  .refine(
    ({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: authority }) =>
      (cert === undefined) === (key === undefined) && (authority === undefined || cert !== undefined),
    // Half of it must not mean that everything goes in the clear.
    {
      path: ['TLS_CERT_FILE'],
      error: 'belongs to TLS_KEY_FILE: set both, or neither and no TLS_CLIENT_CA_FILE',
    },
  );
export type GatewayEnv = z.infer<typeof gatewayEnv>;

export function settingsOf(env: GatewayEnv): GatewaySettings {
  const development = env.NODE_ENV !== 'production';
  return {
    ...defaultSettings,
    host: env.HOST,
    port: env.PORT,
    supergraphFile: resolve(env.SUPERGRAPH_FILE),
    subgraphUrls: env.SUBGRAPH_URLS,
    consoleFolder: resolve(env.CONSOLE_DIR),
    introspection: env.INTROSPECTION ?? (development ? 'public' : 'off'),
    safelist: env.SAFELIST,
    cors: {
      origins: listOf(env.CORS_ORIGINS ?? (development ? '*' : '')),
    },
    maxBodyBytes: env.MAX_BODY_BYTES,
    bodyTimeoutMs: env.BODY_TIMEOUT_MS,
    maxBatchOperations: env.MAX_BATCH_OPERATIONS,
    maxAnswerBytes: env.MAX_ANSWER_BYTES,
    concurrency: { perCredential: env.MAX_CONCURRENT_PER_KEY, perTenant: env.MAX_CONCURRENT_PER_TENANT },
    limits: {
      maxTokens: env.MAX_OPERATION_TOKENS,
      maxDepth: env.MAX_OPERATION_DEPTH,
      maxAliases: env.MAX_OPERATION_ALIASES,
      maxDirectives: env.MAX_OPERATION_DIRECTIVES,
      maxRootFields: env.MAX_OPERATION_ROOT_FIELDS,
      maxFields: env.MAX_OPERATION_FIELDS,
      maxCost: env.MAX_OPERATION_COST,
    },
    rateLimit: {
      operationsPerWindow: env.RATE_LIMIT_OPERATIONS,
      operationsPerTenantWindow: env.RATE_LIMIT_TENANT_OPERATIONS,
      windowMs: env.RATE_LIMIT_WINDOW_MS,
    },
    budgets: {
      windowMs: env.BUDGET_WINDOW_MS,
      perCredential: {
        tokens: env.BUDGET_TOKENS_PER_KEY,
        deviceMs: env.BUDGET_DEVICE_SECONDS_PER_KEY * 1000,
      },
      perTenant: {
        tokens: env.BUDGET_TOKENS_PER_TENANT,
        deviceMs: env.BUDGET_DEVICE_SECONDS_PER_TENANT * 1000,
      },
    },
    fetches: {
      ...fetches,
      queryTimeoutMs: env.QUERY_TIMEOUT_MS,
      mutationTimeoutMs: env.MUTATION_TIMEOUT_MS,
      maxConcurrent: env.SUBGRAPH_MAX_CONCURRENT,
      maxWaiting: env.SUBGRAPH_MAX_WAITING,
      maxResponseBytes: env.SUBGRAPH_MAX_RESPONSE_BYTES,
    },
    fetchesOf: env.SUBGRAPH_FETCHES as GatewaySettings['fetchesOf'],
    executor: env.GATEWAY_EXECUTOR,
    queryPlans: development ? 'everyone' : 'admins',
    overrideLabels: listOf(env.OVERRIDE_LABELS),
    streams: {
      ...streams,
      window: { ...streams.window, patienceMs: env.STREAM_PATIENCE_MS },
      maxEntityAgeMs: env.STREAM_ENTITY_AGE_MS,
      maxEventBytes: env.STREAM_MAX_EVENT_BYTES,
      maxStreamsPerSocket: env.STREAMS_PER_SOCKET,
    },
    uploads: { maxChunkBytes: env.MAX_UPLOAD_CHUNK_BYTES, patienceMs: env.UPLOAD_PATIENCE_MS },
    oauth: oauthOf(env, development),
    tls: tlsOf(env),
    certificates: env.TLS_CLIENTS,
    drainTimeoutMs: env.DRAIN_TIMEOUT_MS,
    ...(env.RELAY_KEY === undefined
      ? {}
      : { relay: { host: env.RELAY_HOST, port: env.RELAY_PORT, key: env.RELAY_KEY } }),
  };
}

function oauthOf(env: GatewayEnv, development: boolean): GatewaySettings['oauth'] {
  const { OAUTH_ISSUER_URL: url, JWT_AUDIENCE: audience } = env;
  if (url === 'off' || (url === undefined && !development)) return undefined;
  return {
    issuer: url?.replace(/\/$/, ''),
    audience,
    tokenLifetimeMs: env.OAUTH_TOKEN_SECONDS * 1000,
    keyLifetimeMs: env.OAUTH_KEY_HOURS * 3_600_000,
  };
}

function tlsOf(env: GatewayEnv): GatewaySettings['tls'] {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: authority } = env;
  if (cert === undefined || key === undefined) return undefined;
  const required = env.TLS_CLIENT_CERTIFICATES === 'required';
  return {
    cert,
    key,
    clients: authority === undefined ? { kind: 'anybody' } : { kind: 'certified', authority, required },
  };
}

/** `undefined` where no issuer is configured: then API keys are the only credentials. */
export function jwtOptionsOf(env: GatewayEnv): JwtOptions | undefined {
  if (!env.OIDC_ISSUER_URL && !env.JWT_JWKS_URL) return undefined;
  return {
    issuerUrl: env.OIDC_ISSUER_URL,
    jwksUrl: env.JWT_JWKS_URL,
    issuer: env.JWT_ISSUER ?? env.OIDC_ISSUER_URL,
    audience: env.JWT_AUDIENCE,
    tenantClaim: env.JWT_TENANT_CLAIM,
    rolesClaim: env.JWT_ROLES_CLAIM,
  };
}

function listOf(text: string): readonly string[] {
  return text.split(',').filter((item) => item !== '');
}
