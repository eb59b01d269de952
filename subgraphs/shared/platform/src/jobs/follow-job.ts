import { decodeCursor, encodeCursor, foreignCursor } from '../cursor.ts';
import { type EventIterator, mapEvents } from '../server/async-events.ts';
import type { StreamEvent } from '../streams/stream-buffer.ts';
import type { ProgressStream } from './progress-stream.ts';

/** Where an event stands in its job's stream. */
export interface EventPlace {
  readonly jobId: string;
  readonly sequence: number;
  readonly cursor: string;
}

export interface FollowJobOptions<Event> {
  readonly jobId: string;
  /** The cursor of the last event seen; null begins at the first. */
  readonly after: string | null | undefined;
  readonly signal: AbortSignal;
  readonly toEvent: (payload: unknown, place: EventPlace) => Event;
}

/** A job's events for a subscription. Throws BAD_USER_INPUT for a cursor that is not one of this job. */
export async function followJob<Event>(
  progress: ProgressStream,
  { jobId, after, signal, toEvent }: FollowJobOptions<Event>,
): Promise<EventIterator<Event>> {
  const events = await progress.follow(jobId, after == null ? 0 : sequenceOf(after, jobId), signal);
  return mapEvents(events, ({ sequence, payload }: StreamEvent) =>
    toEvent(payload, { jobId, sequence, cursor: encodeCursor([jobId, String(sequence)]) }),
  );
}

function sequenceOf(cursor: string, jobId: string): number {
  const [job, sequence] = decodeCursor(cursor, ['text', 'integer']);
  if (job !== jobId) throw foreignCursor('stream');
  return Number(sequence);
}
