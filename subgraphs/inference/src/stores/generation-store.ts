/** The table of generations: acceptance, takeover, result, and reading by tenant. */
import type { Database } from '@fathom/platform/database/database';
import type { DomainEvent } from '@fathom/platform/database/outbox-write';
import type { Identity } from '@fathom/platform/identity';
import type { GenerationRecord, GenerationStatus, TokenRecord } from '../domain/generation.ts';
import type { GenerationSettings } from '../domain/settings.ts';
import { parseIdentity, parseSettings, parseTokens, recordColumns, toRecord } from './generation-rows.ts';

/** A generation with what it takes to compute it. */
export interface AcceptedGeneration {
  readonly record: GenerationRecord;
  readonly settings: GenerationSettings;
  readonly identity: Identity;
}

export interface Unfinished extends AcceptedGeneration {
  /** How many instances computed it before. */
  readonly takeovers: number;
  readonly isCancelRequested: boolean;
}

export type Acceptance =
  | { readonly kind: 'accepted' }
  /** The tenant used the idempotency key before, for this generation. */
  | { readonly kind: 'joined'; readonly record: GenerationRecord };

export interface ListOptions {
  readonly tenant: string;
  readonly status?: GenerationStatus | undefined;
  /** Creation time and id of the last one seen. */
  readonly after?: readonly [createdAt: string, id: string] | undefined;
  readonly limit: number;
}

export interface TakeOverOptions {
  readonly owner: string;
  readonly deadAfterMs: number;
  readonly withOwn: boolean;
}

export interface GenerationStore {
  accept(
    generation: AcceptedGeneration,
    options: { readonly owner: string; readonly idempotencyKey?: string | undefined },
  ): Promise<Acceptance>;
  /** Marks what got a device, and has not ended. */
  markRunning(ids: readonly string[]): Promise<void>;
  /** Writes the result and announces it, once: false if it was written before. */
  finish(record: GenerationRecord, events: readonly DomainEvent[]): Promise<boolean>;
  /** Asks whoever computes it to stop. */
  requestCancel(id: string): Promise<void>;
  /** Tells whoever computes it that it is watched here. */
  announceWatcher(id: string): Promise<void>;
  /**
   * Generations of instances not seen for `deadAfterMs`, and with `withOwn` those of this instance's former life.
   * They are its own from now on.
   */
  takeOver(options: TakeOverOptions): Promise<readonly Unfinished[]>;
  /** Says that the instance lives; instances unseen for a day are forgotten. */
  heartbeat(owner: string): Promise<void>;
  /** The rows of one tenant, in any order; ids of others are left out. */
  byIds(tenant: string, ids: readonly string[]): Promise<readonly GenerationRecord[]>;
  tokensByIds(tenant: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly TokenRecord[]>>;
  list(options: ListOptions): Promise<readonly GenerationRecord[]>;
  /** The newest of each version, at most `limit` each. */
  byVersions(
    tenant: string,
    versionIds: readonly string[],
    limit: number,
  ): Promise<ReadonlyMap<string, readonly GenerationRecord[]>>;
}

/** Notified with the id of a generation to cancel. */
export const cancelChannel = 'inference_cancel';
/** Notified with the id of a generation that is watched in another process than the one that computes it. */
export const watchChannel = 'inference_watch';

export function createGenerationStore(database: Database): GenerationStore {
  return {
    async accept({ record, settings, identity }, { owner, idempotencyKey }) {
      const inserted = await database.maybeOne(
        `insert into generations (id, tenant, kind, status, prompt, settings, identity, idempotency_key, seed, trace_id,
           created_at, owner, usage, messages)
         values ($1, $2, $3, 'QUEUED', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (tenant, idempotency_key) where idempotency_key is not null do nothing returning id`,
        [
          record.id,
          record.tenant,
          record.kind,
          record.prompt,
          JSON.stringify(settings),
          JSON.stringify(identity),
          idempotencyKey,
          record.seed,
          record.traceId,
          record.createdAt,
          owner,
          JSON.stringify(record.usage),
          JSON.stringify(record.messages),
        ],
      );
      if (inserted) return { kind: 'accepted' };
      const existing = await database.one(
        `select ${recordColumns} from generations where tenant = $1 and idempotency_key = $2`,
        [record.tenant, idempotencyKey],
      );
      return { kind: 'joined', record: toRecord(existing) };
    },

    async markRunning(ids) {
      await database.query(
        `update generations set status = 'RUNNING' where id = any($1) and status = 'QUEUED'`,
        [ids],
      );
    },

    finish: (record, events) =>
      database.changeAndPublish({ change: finishSql, parameters: finishParameters(record), events }),

    async requestCancel(id) {
      await database.query(
        `with requested as (
           update generations set cancel_requested_at = coalesce(cancel_requested_at, now())
           where id = $1 and completed_at is null returning id)
         select pg_notify($2, id) from requested`,
        [id, cancelChannel],
      );
    },

    async announceWatcher(id) {
      await database.query('select pg_notify($1, $2)', [watchChannel, id]);
    },

    async takeOver({ owner, deadAfterMs, withOwn }) {
      const rows = await database.query<{
        settings: unknown;
        identity: unknown;
        takeovers: number;
        isCancelRequested: boolean;
      }>(
        `update generations g set owner = $1, takeovers = takeovers + 1
         where completed_at is null and (
           owner = $1 and $3 or owner <> $1 and not exists (
             select from instances i where i.id = g.owner and i.seen_at > now() - make_interval(secs => $2)))
         returning ${recordColumns}, settings, identity, takeovers, cancel_requested_at is not null as "isCancelRequested"`,
        [owner, deadAfterMs / 1000, withOwn],
      );
      return rows.map((row) => ({
        record: toRecord(row),
        settings: parseSettings(row.settings),
        identity: parseIdentity(row.identity),
        takeovers: row.takeovers,
        isCancelRequested: row.isCancelRequested,
      }));
    },

    async heartbeat(owner) {
      await database.query(
        `with gone as (delete from instances where seen_at < now() - interval '1 day' and id <> $1)
         insert into instances (id, seen_at) values ($1, now()) on conflict (id) do update set seen_at = now()`,
        [owner],
      );
    },

    async byIds(tenant, ids) {
      const rows = await database.query(
        `select ${recordColumns} from generations where tenant = $1 and id = any($2)`,
        [tenant, ids],
      );
      return rows.map(toRecord);
    },

    async tokensByIds(tenant, ids) {
      const rows = await database.query<{ id: string; tokens: unknown }>(
        'select id, tokens from generations where tenant = $1 and id = any($2)',
        [tenant, ids],
      );
      return new Map(rows.map((row) => [row.id, parseTokens(row.tokens)]));
    },

    async list({ tenant, status, after, limit }) {
      const rows = await database.query(
        `select ${recordColumns} from generations
         where tenant = $1 and ($2::text is null or status = $2)
           and ($3::timestamptz is null or (created_at, id) < ($3, $4))
         order by created_at desc, id desc limit $5`,
        [tenant, status, after?.[0], after?.[1], limit],
      );
      return rows.map(toRecord);
    },

    async byVersions(tenant, versionIds, limit) {
      const rows = await database.query(
        `select newest.* from unnest($2::text[]) as version(id)
         cross join lateral (
           select ${recordColumns} from generations
           where tenant = $1 and model_version_id = version.id
           order by created_at desc, id desc limit $3) as newest`,
        [tenant, versionIds, limit],
      );
      const byVersion = new Map<string, GenerationRecord[]>(versionIds.map((id) => [id, []]));
      for (const record of rows.map(toRecord)) byVersion.get(record.modelVersionId ?? '')?.push(record);
      return byVersion;
    },
  };
}

const finishSql = `
  update generations set status = $2, text = $3, service = $4, reason = $5, explanation = $6, score = $7, bound = $8,
    calibration_version = $9, draft = $10, evidence = $11, model_version_id = $12, device_id = $13, finish_reason = $14,
    usage = $15, failure = $16, tokens = $17, completed_at = $18, other_choices = $19
  where id = $1 and completed_at is null returning id`;

function finishParameters(record: GenerationRecord): readonly unknown[] {
  return [
    record.id,
    record.status,
    record.text,
    record.service,
    record.reason,
    record.explanation,
    record.score,
    record.bound,
    record.calibrationVersion,
    record.draft,
    JSON.stringify(record.evidence),
    record.modelVersionId,
    record.deviceId,
    record.finishReason,
    JSON.stringify(record.usage),
    record.failure ? JSON.stringify(record.failure) : undefined,
    JSON.stringify(record.tokens),
    record.completedAt,
    JSON.stringify(record.otherChoices),
  ];
}
