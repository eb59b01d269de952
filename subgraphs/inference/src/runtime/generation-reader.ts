/**
 * Generations as readers see them: stored ones from their row, running ones from their events, streams from a cursor.
 */

import { raisePlatform } from '@fathom/platform/errors';
import type { Identity } from '@fathom/platform/identity';
import { type EventIterator, mapReadyEvents } from '@fathom/platform/server/async-events';
import { requireScope } from '@fathom/platform/server/scopes';
import type { StreamBuffer } from '@fathom/platform/streams/stream-buffer';
import { decodeCursor, encodeCursor } from '../domain/cursor.ts';
import {
  applyEvents,
  type GenerationEvent,
  type GenerationRecord,
  isEnded,
  type UsageRecord,
} from '../domain/generation.ts';
import { GrowingRecord } from '../domain/growing-record.ts';
import { raise } from '../errors.ts';
import { parseEvent, readEvents, streamOf } from '../stores/generation-events.ts';
import type { GenerationStore, ListOptions } from '../stores/generation-store.ts';

/** A record, and whether its tokens are in it or only in the table. */
export interface ReadGeneration {
  readonly record: GenerationRecord;
  readonly hasTokens: boolean;
}

/** An event, and the generation as of it. What few ask for beside each token is made when it is asked for. */
export interface StreamedEvent {
  readonly event: GenerationEvent;
  readonly record: GenerationRecord;
  readonly sequence: number;
  readonly cursor: string;
}

export interface GenerationReaderOptions {
  readonly store: GenerationStore;
  readonly streams: StreamBuffer;
  /** What runs in this process. */
  readonly running: (id: string) => GenerationRecord | undefined;
}

export class GenerationReader {
  readonly #options: GenerationReaderOptions;

  constructor(options: GenerationReaderOptions) {
    this.#options = options;
  }

  async byIds(tenant: string, ids: readonly string[]): Promise<readonly ReadGeneration[]> {
    return this.#current(await this.#options.store.byIds(tenant, ids));
  }

  async byVersions(tenant: string, versionIds: readonly string[], limit: number) {
    const byVersion = await this.#options.store.byVersions(tenant, versionIds, limit);
    return new Map([...byVersion].map(([id, records]) => [id, records.map(stored)]));
  }

  async list(options: ListOptions): Promise<readonly ReadGeneration[]> {
    return this.#current(await this.#options.store.list(options));
  }

  /**
   * The events behind a cursor, then those to come. Throws NOT_FOUND for what is not the tenant's, INVALID_CURSOR and
   * STREAM_EXPIRED.
   */
  async resume(
    identity: Identity,
    id: string,
    after: string | undefined,
    signal: AbortSignal,
  ): Promise<EventIterator<StreamedEvent>> {
    requireScope(identity, 'inference:ask');
    const [record] = await this.#options.store.byIds(identity.tenant, [id]);
    if (!record) throw raisePlatform('NOT_FOUND', { because: `generation ${id}` });
    const sequence = after === undefined ? 0 : sequenceOf(id, after);
    // One event more than were seen: the cursor may not lie ahead, and an ended stream that is empty is gone.
    const seen = await readEvents(this.#options.streams, id, Math.max(1, sequence));
    if (seen.length === 0 && isEnded(record)) throw raise('STREAM_EXPIRED');
    if (seen.length < sequence) throw raise('INVALID_CURSOR', { because: 'it lies ahead of the stream' });
    return this.follow(record, seen.slice(0, sequence), signal);
  }

  /** The events behind those already seen, then those to come, until the last one. */
  follow(
    record: GenerationRecord,
    seen: readonly GenerationEvent[],
    signal: AbortSignal,
  ): EventIterator<StreamedEvent> {
    const { id } = record;
    const growing = new GrowingRecord(applyEvents(unstarted(record), seen));
    const source = this.#options.streams.follow(streamOf(record.id), seen.length, signal);
    return mapReadyEvents(source, ({ sequence, payload }) => {
      const event = parseEvent(payload);
      const recordThen = growing.add(event);
      return {
        event,
        sequence,
        get record() {
          return recordThen();
        },
        get cursor() {
          return encodeCursor({ generationId: id, sequence });
        },
      };
    });
  }

  /** Waits for the end. Rejects with the signal's reason if nobody waits any more. */
  async untilEnded(record: GenerationRecord, signal: AbortSignal): Promise<ReadGeneration> {
    if (isEnded(record)) return stored(record);
    let last: StreamedEvent | undefined;
    for await (const streamed of this.follow(record, [], signal)) last = streamed;
    signal.throwIfAborted();
    return { record: last?.record ?? record, hasTokens: true };
  }

  #current(records: readonly GenerationRecord[]): Promise<readonly ReadGeneration[]> {
    return Promise.all(records.map((record) => (isEnded(record) ? stored(record) : this.#live(record))));
  }

  async #live(record: GenerationRecord): Promise<ReadGeneration> {
    const running = this.#options.running(record.id);
    if (running) return { record: running, hasTokens: true };
    const events = await readEvents(this.#options.streams, record.id);
    return { record: applyEvents(record, events), hasTokens: true };
  }
}

function stored(record: GenerationRecord): ReadGeneration {
  return { record, hasTokens: false };
}

/** What is known of the cost before anything was computed. */
function promptUsage({ promptTokens, truncatedPromptTokens }: UsageRecord) {
  return { promptTokens, truncatedPromptTokens };
}

/** The record before its first event: what a reader of the stream begins with, also long after its end. */
function unstarted(record: GenerationRecord): GenerationRecord {
  const { id, tenant, kind, prompt, messages, seed, traceId, createdAt, usage } = record;
  return {
    id,
    tenant,
    kind,
    prompt,
    messages,
    seed,
    traceId,
    createdAt,
    status: 'QUEUED',
    text: '',
    evidence: [],
    tokens: [],
    otherChoices: [],
    usage: { ...promptUsage(usage), completionTokens: 0, deviceMs: 0 },
  };
}

function sequenceOf(id: string, cursor: string): number {
  const position = decodeCursor(cursor);
  if (position?.generationId !== id) throw raise('INVALID_CURSOR');
  return position.sequence;
}
