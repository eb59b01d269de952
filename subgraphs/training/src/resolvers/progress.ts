import { raisePlatform } from '@fathom/platform/errors';
import type { ProgressStream } from '@fathom/platform/jobs/progress-stream';
import { decodeCursor, encodeCursor } from '@fathom/platform/pagination';
import { mapEvents } from '@fathom/platform/server/async-events';
import type { StreamEvent } from '@fathom/platform/streams/stream-buffer';
import { raise } from '../errors.ts';
import type { Progress } from '../mappers.ts';
import type { ProgressPayload } from '../stores/run-progress.ts';

/** A run's events after a cursor, as the schema has them. Throws CURSOR_INVALID for a cursor of another run. */
export async function followRun(
  progress: ProgressStream,
  {
    runId,
    after,
    signal,
  }: { readonly runId: string; readonly after: string | null | undefined; readonly signal: AbortSignal },
): Promise<AsyncIterableIterator<Progress, undefined>> {
  const events = await progress.follow(runId, after == null ? 0 : sequenceOf(after, runId), signal);
  return mapEvents(events, (event) => toProgress(runId, event));
}

function sequenceOf(cursor: string, runId: string): number {
  const [cursorRun, sequence] = decodeCursor(cursor, 2);
  if (cursorRun !== runId) throw raise('CURSOR_INVALID', { details: { field: 'after' } });
  if (!/^\d{1,9}$/.test(sequence ?? '')) {
    throw raisePlatform('BAD_USER_INPUT', {
      because: '`after` is not a cursor of this stream',
      details: { field: 'after' },
    });
  }
  return Number(sequence);
}

function toProgress(runId: string, { sequence, payload }: StreamEvent): Progress {
  const told = payload as ProgressPayload;
  const place = { runId, sequence, cursor: encodeCursor([runId, String(sequence)]) };
  switch (told.kind) {
    case 'stepped':
      return { __typename: 'TrainingStepped', ...place, point: told.point, etaSeconds: told.etaSeconds };
    case 'checkpointed':
      return {
        __typename: 'TrainingCheckpointed',
        ...place,
        checkpoint: { ...told.checkpoint, createdAt: new Date(told.checkpoint.createdAt) },
      };
    case 'transitioned':
      return {
        __typename: 'TrainingRunTransitioned',
        ...place,
        transition: { ...told.transition, at: new Date(told.transition.at) },
      };
  }
}
