/**
 * The variables that SETTINGS_FILE may hold, because they can change while the gateway runs. Everything else is read once:
 * what listens, what is connected to, and what streams are carried by.
 */
import type { GatewayEnv } from '../env.ts';

export const changeableVariables = [
  'SUBGRAPH_URLS',
  'SUBGRAPH_FETCHES',
  'QUERY_TIMEOUT_MS',
  'MUTATION_TIMEOUT_MS',
  'SUBGRAPH_MAX_CONCURRENT',
  'SUBGRAPH_MAX_WAITING',
  'SUBGRAPH_MAX_RESPONSE_BYTES',
  'OVERRIDE_LABELS',
  'OIDC_ISSUER_URL',
  'JWT_JWKS_URL',
  'JWT_ISSUER',
  'JWT_AUDIENCE',
  'JWT_TENANT_CLAIM',
  'JWT_ROLES_CLAIM',
  'OAUTH_ISSUER_URL',
  'OAUTH_TOKEN_SECONDS',
  'OAUTH_KEY_HOURS',
  'TLS_CLIENTS',
  'INTROSPECTION',
  'SAFELIST',
  'CORS_ORIGINS',
  'MAX_BODY_BYTES',
  'BODY_TIMEOUT_MS',
  'MAX_BATCH_OPERATIONS',
  'MAX_ANSWER_BYTES',
  'MAX_OPERATION_TOKENS',
  'MAX_OPERATION_DEPTH',
  'MAX_OPERATION_ALIASES',
  'MAX_OPERATION_DIRECTIVES',
  'MAX_OPERATION_ROOT_FIELDS',
  'MAX_OPERATION_FIELDS',
  'MAX_OPERATION_COST',
  'MAX_CONCURRENT_PER_KEY',
  'MAX_CONCURRENT_PER_TENANT',
  'RATE_LIMIT_OPERATIONS',
  'RATE_LIMIT_TENANT_OPERATIONS',
  'RATE_LIMIT_WINDOW_MS',
  'BUDGET_WINDOW_MS',
  'BUDGET_TOKENS_PER_KEY',
  'BUDGET_TOKENS_PER_TENANT',
  'BUDGET_DEVICE_SECONDS_PER_KEY',
  'BUDGET_DEVICE_SECONDS_PER_TENANT',
] as const satisfies readonly (keyof GatewayEnv)[];

export const isChangeable = (name: string): boolean =>
  (changeableVariables as readonly string[]).includes(name);
