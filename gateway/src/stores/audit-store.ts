/** The table of audit events, and their announcement to the outside, in one transaction. */
import type { Database } from '@fathom/platform/database/database';

export interface AuditRecord {
  readonly id: string;
  readonly at: Date;
  readonly kind: 'MUTATION' | 'REFUSAL';
  readonly tenant: string | null;
  readonly subject: string | null;
  readonly credential: string | null;
  readonly transport: string;
  /** Where it came in; null of an operation that was admitted, which tells by itself what was asked. */
  readonly entrance: string | null;
  readonly operationName: string | null;
  readonly operationHash: string | null;
  readonly fields: readonly string[];
  /** `OK`, or the code of the first error. */
  readonly outcome: string;
  /** Of a refusal: why, without anything that the client typed. */
  readonly reason: string | null;
  /** Refusals that were alike within a moment are one record. */
  readonly occurrences: number;
  readonly traceId: string;
}

export interface AuditPage {
  readonly tenant: string;
  readonly first: number;
  readonly after: { readonly at: Date; readonly id: string } | undefined;
}

export interface AuditStore {
  /** All or none. */
  append(records: readonly AuditRecord[]): Promise<void>;
  /** Removes at most `limit` that are older; how many. */
  prune(olderThanDays: number, limit: number): Promise<number>;
  /** Newest first; one more than asked for, if there is one. */
  list(page: AuditPage): Promise<readonly AuditRecord[]>;
}

const columns = `id, at, kind, tenant, subject, credential, transport, entrance, operation_name as "operationName",
  operation_hash as "operationHash", fields, outcome, reason, occurrences, trace_id as "traceId"`;

export function createAuditStore(database: Database): AuditStore {
  return {
    append: (records) =>
      database.transaction(async (tx) => {
        await tx.query(
          `insert into audit_events (id, at, kind, tenant, subject, credential, transport, entrance, operation_name,
             operation_hash, fields, outcome, reason, occurrences, trace_id)
           select id, at, kind, tenant, subject, credential, transport, entrance, "operationName", "operationHash",
                  fields, outcome, reason, occurrences, "traceId"
           from jsonb_to_recordset($1::jsonb) as r(id uuid, at timestamptz, kind text, tenant text, subject text,
             credential text, transport text, entrance text, "operationName" text, "operationHash" text,
             fields text[], outcome text, reason text, occurrences integer, "traceId" text)
           on conflict (id) do nothing`,
          [JSON.stringify(records)],
        );
        for (const record of records)
          await tx.publish({ topic: 'audit.recorded', key: record.tenant ?? 'unknown', payload: record });
      }),

    async prune(olderThanDays, limit) {
      const removed = await database.query(
        `delete from audit_events where id in (
           select id from audit_events where at < now() - make_interval(days => $1)
           order by at limit $2 for update skip locked
         ) returning 1`,
        [olderThanDays, limit],
      );
      return removed.length;
    },

    list: ({ tenant, first, after }) =>
      database.query<AuditRecord>(
        `select ${columns} from audit_events
         where tenant = $1 and ($3::timestamptz is null or (at, id) < ($3, $4::uuid))
         order by at desc, id desc limit $2`,
        [tenant, first + 1, after?.at ?? null, after?.id ?? null],
      ),
  };
}
