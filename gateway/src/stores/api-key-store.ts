/** The table of API keys. Revoking notifies every gateway in the same transaction. */
import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';

export interface ApiKeyRecord {
  readonly id: string;
  readonly secretSha256: Uint8Array;
  readonly name: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly operationsPerWindow: number | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
}

export type NewApiKey = Omit<ApiKeyRecord, 'createdAt' | 'revokedAt' | 'revokedBy'>;

export interface ApiKeyPage {
  readonly tenant: string;
  readonly first: number;
  readonly after: { readonly createdAt: Date; readonly id: string } | undefined;
}

export interface ApiKeyStore {
  insert(key: NewApiKey): Promise<ApiKeyRecord>;
  find(id: string): Promise<ApiKeyRecord | undefined>;
  findMany(ids: readonly string[]): Promise<readonly ApiKeyRecord[]>;
  /** Newest first; one more than asked for, if there is one. */
  list(page: ApiKeyPage): Promise<readonly ApiKeyRecord[]>;
  /** The key as it now is; `undefined` if the tenant has none by that id. A second call changes nothing. */
  revoke(tenant: string, id: string, revokedBy: string): Promise<ApiKeyRecord | undefined>;
  /** A key that is neither revoked nor expired and holds the role. */
  hasActiveKeyWithRole(role: string): Promise<boolean>;
  /** Calls back with the id of every key that any gateway revokes; and, when some may have gone unheard, without one. */
  onRevoked(handler: (id: string) => void, onMissed: () => void): Promise<{ close(): Promise<void> }>;
}

const channel = 'gateway_api_key_revoked';
const columns = `id, secret_sha256 as "secretSha256", name, tenant, roles, scopes,
  operations_per_window as "operationsPerWindow", created_at as "createdAt", created_by as "createdBy",
  expires_at as "expiresAt", revoked_at as "revokedAt", revoked_by as "revokedBy"`;

export function createApiKeyStore(database: Database): ApiKeyStore {
  const find = (queryable: Queryable, id: string) =>
    queryable.maybeOne<ApiKeyRecord>(`select ${columns} from api_keys where id = $1`, [id]);

  return {
    insert: (key) =>
      database.one<ApiKeyRecord>(
        `insert into api_keys (id, secret_sha256, name, tenant, roles, scopes, operations_per_window, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${columns}`,
        [
          key.id,
          key.secretSha256,
          key.name,
          key.tenant,
          key.roles,
          key.scopes,
          key.operationsPerWindow,
          key.createdBy,
          key.expiresAt,
        ],
      ),

    find: (id) => find(database, id),

    findMany: (ids) =>
      database.query<ApiKeyRecord>(`select ${columns} from api_keys where id = any($1)`, [ids]),

    list: ({ tenant, first, after }) =>
      database.query<ApiKeyRecord>(
        `select ${columns} from api_keys
         where tenant = $1 and ($3::timestamptz is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc limit $2`,
        [tenant, first + 1, after?.createdAt ?? null, after?.id ?? null],
      ),

    revoke: (tenant, id, revokedBy) =>
      database.transaction(async (tx) => {
        const revoked = await tx.maybeOne<ApiKeyRecord>(
          `update api_keys set revoked_at = now(), revoked_by = $3
           where tenant = $1 and id = $2 and revoked_at is null returning ${columns}`,
          [tenant, id, revokedBy],
        );
        if (revoked) {
          await tx.query('select pg_notify($1, $2)', [channel, id]);
          return revoked;
        }
        const known = await find(tx, id);
        return known?.tenant === tenant ? known : undefined;
      }),

    async hasActiveKeyWithRole(role) {
      const found = await database.maybeOne(
        `select 1 from api_keys
         where $1 = any(roles) and revoked_at is null and (expires_at is null or expires_at > now()) limit 1`,
        [role],
      );
      return found !== undefined;
    },

    onRevoked: (handler, onMissed) => database.listen(channel, handler, { onReconnect: onMissed }),
  };
}
