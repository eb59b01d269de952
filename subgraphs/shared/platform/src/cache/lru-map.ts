/**
 * Strings by key, bounded by bytes: the least recently used go first. Entries also expire by the clock passed in.
 * A JavaScript Map iterates in order of insertion, so "used" means "inserted again", and the first entry is the oldest.
 */
export class LruMap {
  readonly #entries = new Map<string, Entry>();
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;

  constructor({ maxBytes, now }: { readonly maxBytes: number; readonly now: () => number }) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** What the entries take, keys and bookkeeping included. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): string | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#now()) {
      this.#bytes -= entry.bytes;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.text;
  }

  /** A value larger than the whole bound is not kept. */
  set(key: string, text: string, expiresAt: number): void {
    this.delete(key);
    const bytes = 2 * (key.length + text.length) + overheadBytes;
    if (bytes > this.#maxBytes) return;
    this.#entries.set(key, { text, expiresAt, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

interface Entry {
  readonly text: string;
  readonly expiresAt: number;
  readonly bytes: number;
}

/** A map entry and its object, roughly. */
const overheadBytes = 120;
