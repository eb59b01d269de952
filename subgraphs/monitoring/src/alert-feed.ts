import type { Database } from '@fathom/platform/database/database';
import type { AlertEventRecord } from './mappers.ts';
import { alertChannel, eventsAfter } from './stores/alert-store.ts';

/** Wakes the followers of alert events; the database is what they read. */
export interface AlertFeed {
  /** Events behind a sequence, then those to come. A pending `next()` waits for a wake-up and is left by aborting. */
  follow(afterSequence: number): AsyncIterator<AlertEventRecord>;
  close(): Promise<void>;
}

const batchSize = 100;
/** A lost notification costs this much delay, no event. */
const pollMs = 2_000;

export async function openAlertFeed(database: Database): Promise<AlertFeed> {
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  const listener = await database.listen(alertChannel, wakeAll, { onReconnect: wakeAll });
  const poll = setInterval(wakeAll, pollMs).unref();

  function nextWake(): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        waiting.delete(wake);
        resolve();
      };
      waiting.add(wake);
    });
  }

  return {
    follow(afterSequence) {
      let last = afterSequence;
      let buffered: readonly AlertEventRecord[] = [];
      let isLeft = false;
      return {
        async next() {
          while (!isLeft) {
            const woken = nextWake();
            if (buffered.length === 0) buffered = await eventsAfter(database, last, batchSize);
            const [event, ...rest] = buffered;
            if (event) {
              buffered = rest;
              last = event.sequence;
              return { value: event, done: false };
            }
            await woken;
          }
          return { value: undefined, done: true };
        },
        async return() {
          isLeft = true;
          wakeAll();
          return { value: undefined, done: true };
        },
      };
    },
    async close() {
      clearInterval(poll);
      await listener.close();
      wakeAll();
    },
  };
}
