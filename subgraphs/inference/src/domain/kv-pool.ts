/**
 * The slots of one model's key/value cache: who holds which, how many positions are spoken for, and which prompts
 * need not be computed again.
 *
 *   slot 0  [ system prompt | question A | answer so far | reserved ....... ]  running: reserves prompt + maxTokens
 *   slot 1  [ system prompt | question B | answer B ]                          kept: as long as what was written
 *   slot 2  [ ]                                                                free
 *
 *   A request that begins as slot 1 ends takes slot 1 over and goes on behind its last position: the next turn of a
 *   chat copies nothing. One that begins as slot 0 or 1 begins gets a copy of those positions: 13 MB of them take 0.9 ms,
 *   a fortieth of computing them. Whole slots and not blocks of positions, because the attention kernel reads the keys
 *   of a sequence from one stretch of memory: a block table would be gathered into one before every step.
 *
 * Invariants, held by property tests:
 * - reservations of running slots and lengths of kept ones are together at most `positions`;
 * - no two sequences hold one slot; a kept slot never stands in the way of a request: the longest unused goes first;
 * - what is shared was written by the same tenant through the same adapter, so that nobody can tell by the time that a
 *   prompt takes what others asked.
 */
export interface KvPoolOptions {
  readonly slots: number;
  /** Positions that all slots together may hold. */
  readonly positions: number;
  /** False to keep nothing: each prompt is computed whole. */
  readonly isSharing?: boolean | undefined;
}

/** What may be shared is shared within both. */
interface Owner {
  readonly tenant: string;
  readonly adapter: string | undefined;
}

export interface Claim extends Owner {
  readonly id: string;
  /** Prompt, and what was generated behind it: grows while the sequence runs. */
  readonly tokens: readonly number[];
  /** Positions that it may come to need. */
  readonly reserve: number;
}

export interface Prefix {
  readonly slot: number;
  readonly length: number;
}

interface RunningSlot {
  readonly kind: 'running';
  readonly claim: Claim;
  /** Positions that hold the keys of `claim.tokens`. */
  written: number;
  /** Those that came before have a lower one. */
  readonly order: number;
}

interface KeptSlot extends Owner {
  readonly kind: 'kept';
  readonly tokens: readonly number[];
  lastUse: number;
}

type Slot = { readonly kind: 'free' } | RunningSlot | KeptSlot;

const free: Slot = { kind: 'free' };
/** Shorter prefixes are not worth a copy: a chunk computes so few tokens in the same time. */
const leastCopied = 16;

export class KvPool {
  readonly #options: KvPoolOptions;
  readonly #slots: Slot[];
  readonly #slotOf = new Map<string, number>();
  #reserved = 0;
  #emptied: number[] = [];
  #uses = 0;

  constructor(options: KvPoolOptions) {
    this.#options = options;
    this.#slots = Array.from({ length: options.slots }, () => free);
  }

  /** Positions that running sequences have reserved. */
  get reserved(): number {
    return this.#reserved;
  }

  /** Positions that kept prefixes hold. */
  get kept(): number {
    return this.#slots.reduce((sum, slot) => sum + (slot.kind === 'kept' ? slot.tokens.length : 0), 0);
  }

  get positions(): number {
    return this.#options.positions;
  }

  /** Whether it will ever fit, with nothing else running. */
  couldHold(reserve: number): boolean {
    return reserve <= this.#options.positions;
  }

  /** Whether it fits beside what runs now. Kept prefixes give way. */
  hasRoomFor(reserve: number): boolean {
    const { slots, positions } = this.#options;
    return this.#slotOf.size < slots && this.reserved + reserve <= positions;
  }

  /** A slot for a sequence that there is room for, and how many of its tokens that slot holds already. */
  claim(claim: Claim): Prefix {
    const slot = this.#choose(claim);
    const length = this.#commonLength(this.#slots[slot], claim);
    if (length === 0) this.#empty(slot);
    this.#slots[slot] = { kind: 'running', claim, written: length, order: ++this.#uses };
    this.#slotOf.set(claim.id, slot);
    this.#reserved += claim.reserve;
    while (this.reserved + this.kept > this.#options.positions) this.#empty(this.#longestUnused());
    return { slot, length };
  }

  /** Another slot's longest prefix of this sequence, where copying it is worth while. */
  prefixToCopy(id: string): Prefix | undefined {
    const { claim, written } = this.#running(id);
    const { slot, length } = this.#longestCommon(claim, (other) => this.#commonLength(other, claim));
    if (length < written + leastCopied) return undefined;
    const source = this.#slots[slot];
    if (source?.kind === 'kept') source.lastUse = ++this.#uses;
    return { slot, length };
  }

  /** Whether one that came before is about to write a longer prefix of this one than there is anywhere now. */
  isPrefixUnderWay(id: string): boolean {
    const { claim, written, order } = this.#running(id);
    const now = this.#longestCommon(claim, (other) => this.#commonLength(other, claim)).length;
    const soon = this.#longestCommon(claim, (other) =>
      other.kind === 'running' && other.order < order
        ? this.#match(other.claim, other.claim.tokens, claim)
        : 0,
    ).length;
    const available = now >= written + leastCopied ? now : written;
    return soon >= available + leastCopied;
  }

  slotOf(id: string): number {
    return this.#slotOf.get(id) ?? fail(id);
  }

  written(id: string): number {
    return this.#running(id).written;
  }

  /** So many positions of its slot hold its tokens now. */
  write(id: string, length: number): void {
    this.#running(id).written = length;
  }

  /** One position more of each of these slots, whose sequences all run. */
  lengthen(slots: readonly number[]): void {
    for (const slot of slots) {
      const running = this.#slots[slot];
      if (running?.kind === 'running') running.written += 1;
      else fail(`running sequence in slot ${slot}`);
    }
  }

  /** The sequence is gone. What it wrote is kept for requests that begin alike, unless it is `spoilt`. */
  release(id: string, outcome: 'whole' | 'spoilt' = 'whole'): void {
    const slot = this.slotOf(id);
    const { claim, written } = this.#running(id);
    const { tenant, adapter } = claim;
    const tokens = claim.tokens.slice(0, written);
    this.#slotOf.delete(id);
    this.#reserved -= claim.reserve;
    const isKept =
      outcome === 'whole' &&
      (this.#options.isSharing ?? true) &&
      written > 0 &&
      !this.#isCovered(slot, claim, tokens);
    if (isKept) this.#slots[slot] = { kind: 'kept', tenant, adapter, tokens, lastUse: ++this.#uses };
    else this.#empty(slot);
  }

  /** Slots, since it was asked last, of which nobody needs any more what they held; they may have been claimed anew. */
  takeEmptied(): readonly number[] {
    const emptied = this.#emptied;
    this.#emptied = [];
    return emptied;
  }

  /** What the adapter wrote is of no use any more. */
  forgetAdapter(adapter: string): void {
    for (const [index, slot] of this.#slots.entries())
      if (slot.kind === 'kept' && slot.adapter === adapter) this.#empty(index);
  }

  /**
   * The slot to take: one whose whole content the sequence begins with, else a free one, else the longest unused, where
   * one with a prefix to copy is spared as long as there is another.
   */
  #choose(claim: Claim): number {
    const best = this.#longestCommon(claim, (slot) =>
      slot.kind === 'kept' ? this.#commonLength(slot, claim) : 0,
    );
    const source = this.#slots[best.slot];
    if (best.length > 0 && source?.kind === 'kept' && source.tokens.length === best.length) return best.slot;
    const empty = this.#slots.findIndex(({ kind }) => kind === 'free');
    if (empty >= 0) return empty;
    return this.#longestUnused(best.length > 0 ? best.slot : undefined);
  }

  #longestUnused(spared?: number): number {
    let victim = spared;
    let oldest = Number.POSITIVE_INFINITY;
    for (const [index, slot] of this.#slots.entries()) {
      if (slot.kind !== 'kept' || index === spared || slot.lastUse >= oldest) continue;
      victim = index;
      oldest = slot.lastUse;
    }
    return victim ?? fail('a kept slot');
  }

  /** Whether what is to be kept is the beginning of what another kept slot holds; drops those it begins with itself. */
  #isCovered(own: number, claim: Claim, tokens: readonly number[]): boolean {
    for (const [index, slot] of this.#slots.entries()) {
      if (index === own || slot.kind !== 'kept') continue;
      const common = isSameOwner(slot, claim) ? commonLength(slot.tokens, tokens, tokens.length) : 0;
      if (common === tokens.length) {
        slot.lastUse = ++this.#uses;
        return true;
      }
      if (common === slot.tokens.length) this.#empty(index);
    }
    return false;
  }

  #empty(slot: number): void {
    this.#slots[slot] = free;
    this.#emptied.push(slot);
  }

  #longestCommon(claim: Claim, lengthOf: (slot: Slot) => number): Prefix {
    let longest: Prefix = { slot: 0, length: 0 };
    for (const [slot, content] of this.#slots.entries()) {
      if (content.kind === 'free' || (content.kind === 'running' && content.claim.id === claim.id)) continue;
      const length = lengthOf(content);
      if (length > longest.length) longest = { slot, length };
    }
    return longest;
  }

  #commonLength(slot: Slot | undefined, claim: Claim): number {
    if (slot?.kind === 'kept') return this.#match(slot, slot.tokens, claim);
    return slot?.kind === 'running' ? this.#match(slot.claim, slot.claim.tokens, claim, slot.written) : 0;
  }

  /** The last token is always computed: its logits are what the next one is drawn from. */
  #match(owner: Owner, held: readonly number[], claim: Claim, written = held.length): number {
    if (this.#options.isSharing === false || !isSameOwner(owner, claim)) return 0;
    return commonLength(held, claim.tokens, Math.min(written, claim.tokens.length - 1));
  }

  #running(id: string): RunningSlot {
    const slot = this.#slots[this.slotOf(id)];
    return slot?.kind === 'running' ? slot : fail(id);
  }
}

function isSameOwner(a: Owner, b: Owner): boolean {
  return a.tenant === b.tenant && a.adapter === b.adapter;
}

function commonLength(a: readonly number[], b: readonly number[], atMost: number): number {
  const end = Math.min(a.length, b.length, atMost);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

function fail(what: string): never {
  throw new Error(`The pool of slots has no ${what}.`);
}
