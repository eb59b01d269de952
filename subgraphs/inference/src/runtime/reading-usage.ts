/**
 * What reading texts took (`embed`, `classify`), announced as `texts.read`, so that whoever charged for it can settle.
 *
 * It takes a few milliseconds and changes nothing, so it does not wait for a transaction: what was read in a tenth of a
 * second is announced in one. A process that is killed loses the last tenth; what was charged for it comes back to the caller.
 */
import type { Database } from '@fathom/platform/database/database';
import type { Logger } from '@fathom/platform/logging';
import type { OverloadRefusal, Read } from './read.ts';

export interface TextsRead {
  readonly tenant: string;
  readonly traceId: string;
  readonly modelVersionId: string;
  /** What was refused took nothing. */
  readonly read: Read | OverloadRefusal;
}

/** As `schema/events/README.md` has it. */
interface Announced extends Omit<TextsRead, 'read'> {
  readonly tokens: number;
  readonly deviceMs: number;
  readonly completedAt: string;
}

export interface ReadingUsage {
  record(used: TextsRead): void;
  /** Announces what is waiting. */
  close(): Promise<void>;
}

export interface ReadingUsageOptions {
  readonly database: Pick<Database, 'transaction'>;
  readonly logger: Logger;
  readonly flushMs?: number;
  readonly now?: () => Date;
}

/** Of a database that is down: the newest stay. */
const maxWaiting = 10_000;
const maxAtOnce = 500;

export function createReadingUsage(options: ReadingUsageOptions): ReadingUsage {
  const { database, logger, flushMs = 100, now = () => new Date() } = options;
  const waiting: Announced[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;
  let isFailing = false;

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, maxAtOnce);
      try {
        await database.transaction(async (tx) => {
          for (const payload of batch)
            await tx.publish({ topic: 'texts.read', key: payload.tenant, payload });
        });
        isFailing = false;
      } catch (error) {
        if (!isFailing) logger.warn({ err: error }, 'what reading texts took cannot be announced yet');
        isFailing = true;
        waiting.unshift(...batch);
        return;
      }
    }
  }

  function flushSoon(): void {
    timer ??= setTimeout(() => {
      flushing = flush().finally(() => {
        timer = undefined;
        flushing = undefined;
        if (waiting.length > 0) flushSoon();
      });
    }, flushMs);
  }

  return {
    record({ tenant, traceId, modelVersionId, read }) {
      if (read.kind !== 'read') return;
      const { totalTokens: tokens, deviceMs } = read;
      waiting.push({ tenant, traceId, modelVersionId, tokens, deviceMs, completedAt: now().toISOString() });
      if (waiting.length > maxWaiting) waiting.shift();
      flushSoon();
    },
    async close() {
      clearTimeout(timer);
      await flushing;
      clearTimeout(timer);
      await flush();
    },
  };
}
