import { randomUUID } from 'node:crypto';
import type { Database } from '@fathom/platform/database/database';
import type { Queryable } from '@fathom/platform/database/queryable';
import type { Transaction } from '@fathom/platform/database/transaction';
import type { PageRequest } from '@fathom/platform/pagination';
import { type AlertStates, alertKey, type Condition, type Transition } from '../domain/alerting.ts';
import type { AlertEventRecord, AlertRecord } from '../mappers.ts';

const columns = `id, rule, subject, service, severity, status, summary, fired_at as "firedAt", resolved_at as "resolvedAt",
  acknowledged_by as "acknowledgedBy", note`;

/** PostgreSQL wakes subscribers of every process through it. */
export const alertChannel = 'fathom_alert';

/** Stores transitions with their events, all or none, and announces them. One process at a time calls this. */
export async function applyTransitions(
  database: Database,
  transitions: readonly Transition[],
  now: Date,
): Promise<void> {
  if (transitions.length === 0) return;
  await database.transaction(async (tx) => {
    for (const transition of transitions) {
      const alert =
        transition.kind === 'fired'
          ? await fire(tx, transition.condition, now)
          : await resolve(tx, transition, now);
      if (alert) await announce(tx, alert, now);
    }
    await tx.query('select pg_notify($1, $2)', [alertChannel, '']);
  });
}

/** Undefined where it fires already: a transition that was stored before a crash is met again. */
function fire(
  tx: Transaction,
  { rule, subject, service, summary }: Condition,
  now: Date,
): Promise<AlertRecord | undefined> {
  return tx.maybeOne<AlertRecord>(
    `insert into alert (id, rule, subject, service, severity, status, summary, fired_at)
     values ($1, $2, $3, $4, $5, 'FIRING', $6, $7)
     on conflict (rule, subject) where status = 'FIRING' do nothing returning ${columns}`,
    [randomUUID(), rule.name, subject, service ?? null, rule.severity, summary, now],
  );
}

function resolve(
  tx: Transaction,
  { rule, subject }: { readonly rule: string; readonly subject: string },
  now: Date,
): Promise<AlertRecord | undefined> {
  return tx.maybeOne<AlertRecord>(
    `update alert set status = 'RESOLVED', resolved_at = $3 where rule = $1 and subject = $2 and status = 'FIRING' returning ${columns}`,
    [rule, subject, now],
  );
}

async function announce(tx: Transaction, alert: AlertRecord, now: Date): Promise<void> {
  await tx.query(
    `insert into alert_event (sequence, alert_id, status, at)
     select coalesce(max(sequence), 0) + 1, $1, $2, $3 from alert_event`,
    [alert.id, alert.status, now],
  );
  await tx.publish({
    topic: 'alert.fired',
    key: alert.id,
    payload: {
      alertId: alert.id,
      rule: alert.rule,
      subject: alert.subject,
      status: alert.status,
      severity: alert.severity,
      summary: alert.summary,
      at: now,
    },
  });
}

/** The alerts that fire, as the state machine left them before a restart. */
export async function firingStates(database: Queryable): Promise<AlertStates> {
  const rows = await database.query<AlertRecord>(`select ${columns} from alert where status = 'FIRING'`);
  return new Map(
    rows.map(({ rule, subject, firedAt }) => [alertKey(rule, subject), { since: firedAt, isFiring: true }]),
  );
}

export function alertsByIds(database: Queryable, ids: readonly string[]): Promise<readonly AlertRecord[]> {
  return database.query<AlertRecord>(`select ${columns} from alert where id = any($1)`, [ids]);
}

export function firingAlerts(database: Queryable): Promise<readonly AlertRecord[]> {
  return database.query<AlertRecord>(
    `select ${columns} from alert where status = 'FIRING' order by fired_at desc, id desc limit 100`,
  );
}

export function pageOfAlerts(
  database: Queryable,
  page: PageRequest & { readonly status: string | null },
): Promise<readonly AlertRecord[]> {
  return database.query<AlertRecord>(
    `select ${columns} from alert
     where ($1::text is null or status = $1) and ($2::timestamptz is null or (fired_at, id) < ($2::timestamptz, $3))
     order by fired_at desc, id desc limit $4`,
    [page.status, page.after?.[0] ?? null, page.after?.[1] ?? null, page.first + 1],
  );
}

/** The alert as acknowledged; undefined where none by that id fires. */
export function acknowledge(
  database: Queryable,
  { id, by, note }: { readonly id: string; readonly by: string; readonly note: string | null },
): Promise<AlertRecord | undefined> {
  return database.maybeOne<AlertRecord>(
    `update alert set acknowledged_by = $2, note = $3 where id = $1 and status = 'FIRING' returning ${columns}`,
    [id, by, note],
  );
}

export function eventsAfter(
  database: Queryable,
  sequence: number,
  limit: number,
): Promise<readonly AlertEventRecord[]> {
  return database.query<AlertEventRecord>(
    `select sequence::int as sequence, alert_id as "alertId", status from alert_event where sequence > $1 order by sequence limit $2`,
    [sequence, limit],
  );
}

export async function lastEventSequence(database: Queryable): Promise<number> {
  const { last } = await database.one<{ readonly last: number }>(
    'select coalesce(max(sequence), 0)::int as last from alert_event',
  );
  return last;
}
