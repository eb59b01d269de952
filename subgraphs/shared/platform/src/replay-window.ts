/**
 * Which sequence numbers of each sender were seen, as IPsec keeps it (RFC 4303, section 3.4.3): per sender the highest
 * number and a bitmap of the {@link windowSize} below it. A number is taken once; below the window all count as taken.
 *
 *     taken, or too old | 1 1 0 1 1 1 0 1 | not yet seen
 *                                      ^ highest
 *
 * A set of what was seen would grow with the traffic: 60,000 entries at 2,000 a second. This is 8 KiB a sender, and a
 * question costs no allocation. Invariant: at most {@link maxSenders} are kept; a new one beyond that is refused while
 * all others are in use, so that no flood can make it forget.
 */
const windowSize = 65_536;
const maxSenders = 1_024;

interface Sender {
  readonly seen: Uint32Array;
  highest: number;
  lastSeenAt: number;
}

export type ReplayVerdict = 'new' | 'seen' | 'full';

export interface ReplayWindow {
  /** Marks it as seen. `now` in milliseconds. */
  take(sender: string, sequence: number, now: number): ReplayVerdict;
}

/** `idleMs`: after which a sender that is silent may be forgotten; what it signed must be too old by then. */
export function createReplayWindow(idleMs: number): ReplayWindow {
  const senders = new Map<string, Sender>();

  function open(name: string, sequence: number, now: number): Sender | undefined {
    if (senders.size >= maxSenders)
      for (const [other, { lastSeenAt }] of senders) if (now - lastSeenAt > idleMs) senders.delete(other);
    if (senders.size >= maxSenders) return undefined;
    const sender = { seen: new Uint32Array(windowSize / 32), highest: sequence, lastSeenAt: now };
    senders.set(name, sender);
    return sender;
  }

  return {
    take(name, sequence, now) {
      const sender = senders.get(name) ?? open(name, sequence, now);
      if (!sender) return 'full';
      sender.lastSeenAt = now;
      if (sequence <= sender.highest - windowSize) return 'seen';
      // What lies between was not seen, whatever was seen at its place a window ago.
      if (sequence - sender.highest >= windowSize) sender.seen.fill(0);
      else for (let next = sender.highest + 1; next <= sequence; next += 1) clear(sender.seen, next);
      if (sequence > sender.highest) sender.highest = sequence;
      return mark(sender.seen, sequence) ? 'new' : 'seen';
    },
  };
}

function clear(bits: Uint32Array, sequence: number): void {
  const place = sequence % windowSize;
  bits[place >>> 5] = (bits[place >>> 5] ?? 0) & ~(1 << (place & 31));
}

/** False if it was marked already. */
function mark(bits: Uint32Array, sequence: number): boolean {
  const place = sequence % windowSize;
  const word = bits[place >>> 5] ?? 0;
  const bit = 1 << (place & 31);
  bits[place >>> 5] = word | bit;
  return (word & bit) === 0;
}
