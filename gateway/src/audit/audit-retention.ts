/**
 * Forgets audit events that are older than they have to be kept. A few thousand a transaction, so that nobody waits for a
 * lock; rows that another gateway is removing are left to it. What it fails at is done an hour later.
 */
import type { Logger } from '@fathom/platform/logging';
import type { AuditStore } from '../stores/audit-store.ts';

export interface AuditRetentionOptions {
  readonly store: Pick<AuditStore, 'prune'>;
  readonly days: number;
  readonly everyMs?: number;
  readonly logger: Logger;
}

export interface AuditRetention {
  /** What is over now. */
  prune(): Promise<number>;
  close(): Promise<void>;
}

const hourMs = 3_600_000;
const rowsAtOnce = 5_000;

export function keepAuditEvents(options: AuditRetentionOptions): AuditRetention {
  const { store, days, everyMs = hourMs, logger } = options;
  let isClosed = false;
  let pruning: Promise<number> | undefined;

  async function run(): Promise<number> {
    let total = 0;
    for (let removed = rowsAtOnce; removed === rowsAtOnce && !isClosed; total += removed)
      removed = await store.prune(days, rowsAtOnce);
    if (total > 0)
      logger.info({ events: total, days }, 'audit events have reached the end of their retention');
    return total;
  }

  function prune(): Promise<number> {
    pruning ??= run().finally(() => {
      pruning = undefined;
    });
    return pruning;
  }

  const timer = setInterval(() => {
    prune().catch((error: unknown) => logger.warn({ err: error }, 'old audit events could not be removed'));
  }, everyMs);
  timer.unref();

  return {
    prune,
    async close() {
      isClosed = true;
      clearInterval(timer);
      await pruning?.catch(() => undefined);
    },
  };
}
