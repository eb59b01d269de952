/**
 * Who watches a generation, and what it means when they leave.
 *
 * - who started it (`ask`, `generate`) unsubscribes: it is cancelled;
 * - who joined it (`generationEvents`, an idempotency key used again) unsubscribes: it is cancelled if nobody else watches;
 * - a watcher's connection is lost: if nobody else watches and nobody comes back within the grace period, it is cancelled;
 * - this process drains: nothing; the watcher is asked to reconnect and resume.
 */
import type { CancelReason } from '@fathom/platform/server/request-context';

export interface AttendanceOptions {
  readonly graceMs: number;
  readonly cancel: (generationId: string) => void;
}

export type Role = 'starter' | 'follower';

/** Called once when a watcher leaves; `ENDED` when it saw the stream to its end. */
export type Leave = (reason: CancelReason | 'ENDED') => void;

export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #watchers = new Map<string, number>();
  readonly #graces = new Map<string, NodeJS.Timeout>();

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  attend(generationId: string, role: Role): Leave {
    this.#endGrace(generationId);
    this.#watchers.set(generationId, (this.#watchers.get(generationId) ?? 0) + 1);
    let hasLeft = false;
    return (reason) => {
      if (hasLeft) return;
      hasLeft = true;
      const others = (this.#watchers.get(generationId) ?? 1) - 1;
      if (others > 0) this.#watchers.set(generationId, others);
      else this.#watchers.delete(generationId);
      if (reason === 'UNSUBSCRIBED' && (role === 'starter' || others === 0))
        this.#options.cancel(generationId);
      if (reason === 'DISCONNECTED' && others === 0) this.await(generationId);
    };
  }

  /** Nobody watches: it goes on for the grace period only, unless somebody comes. */
  await(generationId: string): void {
    if (this.#watchers.has(generationId) || this.#graces.has(generationId)) return;
    const grace = setTimeout(() => {
      this.#graces.delete(generationId);
      this.#options.cancel(generationId);
    }, this.#options.graceMs).unref();
    this.#graces.set(generationId, grace);
  }

  /** Somebody watches in another process: the grace period, if one runs, begins anew. */
  seenElsewhere(generationId: string): void {
    if (!this.#graces.has(generationId)) return;
    this.#endGrace(generationId);
    this.await(generationId);
  }

  /** The generation has ended. */
  forget(generationId: string): void {
    this.#endGrace(generationId);
  }

  close(): void {
    for (const generationId of [...this.#graces.keys()]) this.#endGrace(generationId);
  }

  #endGrace(generationId: string): void {
    clearTimeout(this.#graces.get(generationId));
    this.#graces.delete(generationId);
  }
}
