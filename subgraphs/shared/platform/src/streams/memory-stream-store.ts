import type { StreamEvent } from './stream-buffer.ts';
import type { AppendOutcome, StoredAppend, StreamHead, StreamPage, StreamStore } from './stream-store.ts';

interface MemoryStream {
  readonly events: StreamEvent[];
  ended: boolean;
  lastAppendId: string;
  updatedAt: number;
}

export interface MemoryStreamStoreOptions {
  /** Bound of all events together; the streams that ended longest ago go first. */
  readonly maxBytes?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Streams of a single process, gone with it. */
export function createMemoryStreamStore({
  maxBytes = 128 * 1024 * 1024,
  now = Date.now,
}: MemoryStreamStoreOptions = {}): StreamStore {
  /** Least recently appended first. */
  const streams = new Map<string, MemoryStream & { bytes: number }>();
  let bytes = 0;

  function appendOne({ stream, expectedSequence, payloads, end, appendId }: StoredAppend): AppendOutcome {
    const entry = streams.get(stream) ?? {
      events: [],
      ended: false,
      lastAppendId: '',
      updatedAt: 0,
      bytes: 0,
    };
    if (entry.ended || entry.events.length !== expectedSequence - 1) {
      const { ended, lastAppendId } = entry;
      return { kind: 'refused', lastSequence: entry.events.length, ended, lastAppendId };
    }
    for (const payload of payloads) {
      entry.events.push({ sequence: entry.events.length + 1, payload: JSON.parse(payload) });
      entry.bytes += 2 * payload.length + 80;
      bytes += 2 * payload.length + 80;
    }
    Object.assign(entry, { ended: end, lastAppendId: appendId, updatedAt: now() });
    streams.delete(stream);
    streams.set(stream, entry);
    makeRoom();
    return { kind: 'appended' };
  }

  function makeRoom(): void {
    if (bytes <= maxBytes) return;
    for (const [stream, { ended }] of streams) {
      if (ended) remove(stream);
      if (bytes <= maxBytes) return;
    }
  }

  function remove(stream: string): void {
    bytes -= streams.get(stream)?.bytes ?? 0;
    streams.delete(stream);
  }

  function headOf(stream: string): StreamHead | undefined {
    const entry = streams.get(stream);
    return entry && { lastSequence: entry.events.length, ended: entry.ended };
  }

  return {
    implementation: 'in-process',
    append: async (entries) => entries.map(appendOne),
    read: async (stream, afterSequence, limit): Promise<StreamPage> => ({
      events: streams.get(stream)?.events.slice(afterSequence, afterSequence + limit) ?? [],
      head: headOf(stream),
    }),
    heads: async (names) =>
      new Map(
        names.flatMap((name) => {
          const head = headOf(name);
          return head ? [[name, head] as const] : [];
        }),
      ),
    expire: async (olderThanMs) => {
      const old = [...streams].filter(([, { updatedAt }]) => updatedAt < now() - olderThanMs);
      for (const [stream] of old) remove(stream);
      return old.length;
    },
    watch: async () => undefined,
    close: async () => streams.clear(),
  };
}
