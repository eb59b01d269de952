/**
 * Creating, listing and revoking API keys.
 *
 * Invariants: nobody gives away more than they hold; a key acts for its creator's tenant unless an `operator` says
 * otherwise, and only an `operator` makes another one; a secret is shown once and kept as a hash.
 */
import { hasScope, type Identity } from '@fathom/platform/identity';
import { type Connection, type PageArguments, pageRequest, toConnection } from '@fathom/platform/pagination';
import { requireScope } from '@fathom/platform/server/scopes';
import { type ApiKey, generateApiKey, hashSecret, printApiKey } from '../auth/api-key.ts';
import { roleScopes, scopesOf } from '../auth/roles.ts';
import type { ApiKeyRecord, ApiKeyStore } from '../stores/api-key-store.ts';

export interface CreateApiKey {
  readonly name: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly expiresAt: string | Date | null | undefined;
  readonly operationsPerWindow: number | null | undefined;
  readonly tenant: string | null | undefined;
}

export type CreateApiKeyOutcome =
  | { readonly kind: 'created'; readonly record: ApiKeyRecord; readonly secret: string }
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

export type RevokeApiKeyOutcome =
  | { readonly kind: 'revoked'; readonly record: ApiKeyRecord }
  | { readonly kind: 'not-found' };

export interface ApiKeys {
  create(identity: Identity, input: CreateApiKey): Promise<CreateApiKeyOutcome>;
  list(identity: Identity, page: PageArguments): Promise<Connection<ApiKeyRecord>>;
  revoke(identity: Identity, id: string): Promise<RevokeApiKeyOutcome>;
}

export interface ApiKeysOptions {
  readonly store: ApiKeyStore;
  readonly now?: () => number;
  readonly generate?: () => ApiKey;
}

const scopeFormat = /^[a-z][a-z-]*(:([a-z][a-z-]*|\*))?$/;
const tenantFormat = /^[a-z0-9][a-z0-9-]{0,62}$/;

export function createApiKeys({ store, now = Date.now, generate = generateApiKey }: ApiKeysOptions): ApiKeys {
  return {
    async create(identity, input) {
      requireScope(identity, 'admin');
      const problem = problemOf(identity, input, now());
      if (problem) return { kind: 'invalid', ...problem };
      const key = generate();
      const record = await store.insert({
        id: key.id,
        secretSha256: hashSecret(key.secret),
        name: input.name.trim(),
        tenant: input.tenant ?? identity.tenant,
        roles: input.roles,
        scopes: input.scopes,
        operationsPerWindow: input.operationsPerWindow ?? null,
        createdBy: identity.subject,
        expiresAt: input.expiresAt == null ? null : new Date(input.expiresAt),
      });
      return { kind: 'created', record, secret: printApiKey(key) };
    },

    async list(identity, page) {
      requireScope(identity, 'admin');
      const { first, after } = pageRequest(page, { key: ['moment', 'text'] });
      const [createdAt, id] = after ?? [];
      const rows = await store.list({
        tenant: identity.tenant,
        first,
        after:
          createdAt !== undefined && id !== undefined ? { createdAt: new Date(createdAt), id } : undefined,
      });
      return toConnection(rows, first, (row) => [row.createdAt.toISOString(), row.id]);
    },

    async revoke(identity, id) {
      requireScope(identity, 'admin');
      const record = await store.revoke(identity.tenant, id, identity.subject);
      return record ? { kind: 'revoked', record } : { kind: 'not-found' };
    },
  };
}

interface Problem {
  readonly field: string;
  readonly message: string;
}

function problemOf(identity: Identity, input: CreateApiKey, now: number): Problem | undefined {
  const isOperator = identity.roles.includes('operator');
  const nameLength = input.name.trim().length;
  if (nameLength < 1 || nameLength > 100)
    return { field: 'input.name', message: 'A name has 1 to 100 characters.' };

  const unknownRole = input.roles.find((role) => !Object.hasOwn(roleScopes, role));
  if (unknownRole !== undefined)
    return {
      field: 'input.roles',
      message: `There is no role "${unknownRole}". There are ${Object.keys(roleScopes).join(', ')}.`,
    };
  if (input.roles.includes('operator') && !isOperator)
    return { field: 'input.roles', message: 'Only an operator makes another operator.' };

  const malformed = input.scopes.find((scope) => !scopeFormat.test(scope));
  if (malformed !== undefined)
    return {
      field: 'input.scopes',
      message: `"${malformed}" is not a scope such as inference:ask or training:*.`,
    };
  const beyond = scopesOf(input.roles, input.scopes).find((scope) => !hasScope(identity, scope));
  if (beyond !== undefined)
    return { field: 'input.scopes', message: `You do not hold "${beyond}", so you cannot give it away.` };

  const { operationsPerWindow, tenant } = input;
  if (operationsPerWindow != null && operationsPerWindow < 1)
    return { field: 'input.operationsPerWindow', message: 'At least 1 operation.' };
  if (tenant != null && !tenantFormat.test(tenant))
    return {
      field: 'input.tenant',
      message: 'A tenant has up to 63 lower-case letters, digits and hyphens.',
    };
  if (tenant != null && tenant !== identity.tenant && !isOperator)
    return { field: 'input.tenant', message: 'Only an operator creates keys for another tenant.' };

  if (input.expiresAt == null) return undefined;
  const expiresAt = new Date(input.expiresAt).getTime();
  if (Number.isNaN(expiresAt))
    return { field: 'input.expiresAt', message: 'This is not an ISO 8601 moment.' };
  return expiresAt > now ? undefined : { field: 'input.expiresAt', message: 'This moment has passed.' };
}
