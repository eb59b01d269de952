/** A map that forgets what was used longest ago once it holds `maxEntries`. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #maxEntries: number;
  /** Asked for again and again, it moves nowhere. */
  #youngest: Key | undefined;

  constructor(maxEntries: number) {
    super();
    this.#maxEntries = maxEntries;
  }

  override get(key: Key): Value | undefined {
    const value = super.get(key);
    if (value === undefined) return undefined;
    if (key === this.#youngest) return value;
    // A Map iterates in the order of insertion: inserted anew, this entry becomes the youngest.
    super.delete(key);
    super.set(key, value);
    this.#youngest = key;
    return value;
  }

  override set(key: Key, value: Value): this {
    super.delete(key);
    super.set(key, value);
    this.#youngest = key;
    if (this.size > this.#maxEntries) {
      const oldest = this.keys().next();
      if (!oldest.done) super.delete(oldest.value);
    }
    return this;
  }
}
