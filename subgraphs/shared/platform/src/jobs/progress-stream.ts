/**
 * A job's progress as a resumable stream.
 *
 * Invariant: the service's table is the truth; an event is inserted in the transaction of the change that it tells of,
 * with the next sequence of its job. The stream buffer carries committed events to followers on any instance. Whoever
 * committed forwards; what a killed instance did not forward is forwarded by the next who publishes or follows, since
 * the buffer refuses a sequence that it has.
 */
import { AppError } from '../errors.ts';
import { type EventIterator, untilAborted } from '../server/async-events.ts';
import type { StreamBuffer, StreamEvent } from '../streams/stream-buffer.ts';

export interface ProgressStreamOptions {
  readonly streams: StreamBuffer;
  /** Prefix of the stream's names, for instance `training-run`. */
  readonly name: string;
  /** Committed events after a sequence, in order. */
  readonly stored: (jobId: string, afterSequence: number, limit: number) => Promise<readonly StreamEvent[]>;
  /** Whether the job rests and this is the last sequence that it has: then followers are done. */
  readonly isLast: (jobId: string, sequence: number) => Promise<boolean>;
}

export interface ProgressStream {
  /** Forwards what is committed. Call it after the commit; calls for one job do not overlap. */
  publish(jobId: string): Promise<void>;
  /** Stored events after a sequence, then live ones; ends behind the last event of a job that rests. */
  follow(jobId: string, afterSequence: number, signal: AbortSignal): Promise<EventIterator<StreamEvent>>;
}

const pageSize = 500;
const nothing: AsyncIterator<StreamEvent, undefined> = {
  next: async () => ({ value: undefined, done: true }),
};

export function createProgressStream({
  streams,
  name,
  stored,
  isLast,
}: ProgressStreamOptions): ProgressStream {
  const publishing = new Map<string, Promise<void>>();
  const streamOf = (jobId: string) => `${name}:${jobId}`;
  /** The last sequence known to be in the buffer: a hint that saves reading it again. */
  const forwarded = new Map<string, number>();

  async function forward(jobId: string): Promise<void> {
    for (;;) {
      const position = forwarded.get(jobId) ?? (await lastInBuffer(streamOf(jobId)));
      const events = await stored(jobId, position, pageSize);
      if (events.length === 0) return void forwarded.set(jobId, position);
      try {
        const { lastSequence } = await streams.append(
          streamOf(jobId),
          position + 1,
          events.map((event) => event.payload),
        );
        forwarded.set(jobId, lastSequence);
      } catch (error) {
        forwarded.delete(jobId);
        if (!(error instanceof AppError && error.code === 'CONFLICT')) throw error;
      }
    }
  }

  /** Buffers forget: quiet streams expire, and a Redis may come back empty. Whoever comes to read needs all of it. */
  async function verifyForwarded(jobId: string): Promise<void> {
    const last = forwarded.get(jobId) ?? 0;
    if (last === 0) return;
    const { events } = await streams.read(streamOf(jobId), last - 1, 1);
    if (events.length === 0) forwarded.delete(jobId);
  }

  async function lastInBuffer(stream: string): Promise<number> {
    let last = 0;
    for (;;) {
      const { events } = await streams.read(stream, last, pageSize);
      if (events.length === 0) return last;
      last = events.at(-1)?.sequence ?? last;
    }
  }

  async function publish(jobId: string): Promise<void> {
    const before = publishing.get(jobId) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(() => forward(jobId));
    publishing.set(jobId, mine);
    try {
      await mine;
    } finally {
      if (publishing.get(jobId) === mine) publishing.delete(jobId);
    }
  }

  return {
    publish,
    async follow(jobId, afterSequence, signal) {
      await verifyForwarded(jobId);
      await publish(jobId);
      if (afterSequence > 0 && (await isLast(jobId, afterSequence))) return untilAborted(nothing, signal);
      const abort = new AbortController();
      const events = streams.follow(streamOf(jobId), afterSequence, AbortSignal.any([signal, abort.signal]));
      return untilLast(
        events,
        (event) => isLast(jobId, event.sequence),
        () => abort.abort(),
      );
    },
  };
}

function untilLast(
  events: AsyncIterableIterator<StreamEvent>,
  isLast: (event: StreamEvent) => Promise<boolean>,
  leave: () => void,
): EventIterator<StreamEvent> {
  const done = { value: undefined, done: true as const };
  let ended = false;
  return {
    async next() {
      if (ended) return done;
      const result = await events.next();
      if (result.done) return done;
      if (await isLast(result.value)) {
        ended = true;
        leave();
      }
      return { value: result.value, done: false };
    },
    async return() {
      ended = true;
      leave();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
