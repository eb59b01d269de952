/** Watching a generation on behalf of one request: its events, and what it means that the request goes away. */

import type { EventIterator } from '@fathom/platform/server/async-events';
import { cancelReason, type RequestContext } from '@fathom/platform/server/request-context';
import { decodeCursor } from '../domain/cursor.ts';
import type { GenerationRecord } from '../domain/generation.ts';
import { raise } from '../errors.ts';
import type { Leave, Role } from '../runtime/attendance.ts';
import type { ReadGeneration, StreamedEvent } from '../runtime/generation-reader.ts';
import type { Started } from '../runtime/generations.ts';
import type { InferenceService } from '../service.ts';

type Watching = Pick<RequestContext, 'signal'>;

/** The events of what was started, or the refusal as a typed error: a subscription has no result union. */
export function watchStarted(
  started: Started,
  inference: InferenceService,
  context: Watching,
): EventIterator<StreamedEvent> {
  switch (started.kind) {
    case 'started': {
      const { record, role } = started;
      const leave = attend(inference, record, role, context);
      return endingWith(inference.reader.follow(record, [], context.signal), leave);
    }
    case 'invalid':
      throw raise('INVALID_INPUT', { because: started.message, details: { field: started.field } });
    case 'unknown-model': {
      const { model, available } = started;
      throw raise('UNKNOWN_MODEL', { because: started.message, details: { model, available } });
    }
    case 'overloaded':
      throw raise('OVERLOADED', {
        because: started.message,
        details: { retryAfterMs: started.retryAfterMs },
      });
  }
}

/** The events behind a cursor, and those to come. */
export async function watchExisting(
  id: string,
  after: string | undefined,
  inference: InferenceService,
  context: Watching & Pick<RequestContext, 'identity'>,
): Promise<EventIterator<StreamedEvent>> {
  const events = await inference.reader.resume(context.identity, id, after, context.signal);
  return endingWith(events, attend(inference, { id }, 'follower', context));
}

/** The same where the cursor alone says of which generation. Whoever asks again so has started nothing. */
export function watchBehind(
  after: string,
  inference: InferenceService,
  context: Watching & Pick<RequestContext, 'identity'>,
): Promise<EventIterator<StreamedEvent>> {
  const position = decodeCursor(after);
  if (!position) throw raise('INVALID_CURSOR');
  return watchExisting(position.generationId, after, inference, context);
}

/** The generation once it has ended. A client that goes away meanwhile leaves as a watcher does. */
export async function awaitEnd(
  record: GenerationRecord,
  role: Role,
  inference: InferenceService,
  context: Watching,
): Promise<ReadGeneration> {
  const leave = attend(inference, record, role, context);
  const ended = await inference.reader.untilEnded(record, context.signal);
  leave('ENDED');
  return ended;
}

function attend(
  { generations }: InferenceService,
  { id }: { readonly id: string },
  role: Role,
  { signal }: Watching,
): Leave {
  const leave = generations.attend(id, role);
  const onAbort = (): void => leave(cancelReason(signal));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return leave;
}

/** The same events; tells when the last one was taken, which is before the reader asks for another. */
function endingWith(
  events: EventIterator<StreamedEvent>,
  leave: (reason: 'ENDED') => void,
): EventIterator<StreamedEvent> {
  return {
    async next() {
      const result = await events.next();
      if (result.done || isLast(result.value)) leave('ENDED');
      return result;
    },
    ready() {
      const event = events.ready?.();
      if (event && isLast(event)) leave('ENDED');
      return event;
    },
    return: () => events.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function isLast({ event }: StreamedEvent): boolean {
  return event.type === 'completed' || event.type === 'failed';
}
